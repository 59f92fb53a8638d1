"""Files to documents to clean sentences: the first stage.

`medline`, `jats` and `plain` (with `json_lines`) each read one kind of file, `archive` many in one;
`readers` picks one by looking inside. `left_out` counts what they leave out, by reason; `citations`
and `formulas` close the text around a gap. `raw_text` drops unseen characters. `cleaning` holds the
paper's three rules, `sentences` splits, `duplicates` finds repeated texts. `build` joins them and
writes `shards` for the next stages, which open them with `finished`.
"""
