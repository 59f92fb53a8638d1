"""Files to documents to clean sentences: the first stage.

`medline`, `jats` and `plain` read one kind of file each, `archive` many in one; `readers` picks one
by looking inside. What they leave out, `left_out` counts by reason. `citations` and `formulas`
close the text around it. `cleaning` holds the paper's three rules, `sentences` splits, `duplicates`
finds texts that stood before. `build` joins them, and writes `shards` for the next stage.
"""
