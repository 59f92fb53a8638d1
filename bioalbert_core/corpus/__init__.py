"""Files to documents to clean sentences: the first stage.

`readers` has the table of formats: `medline`, `jats`, `plain`, `json_lines`, and `archive` for many
files in one. `left_out` counts what they leave out, by reason; `citations` and `formulas` repair
the text around a gap. `raw_text` drops invisible characters. `cleaning` is the paper's three rules,
`sentences` splits, `duplicates` finds repeated texts. `build` joins them and writes `shards`, which
the next stages open with `finished`.
"""
