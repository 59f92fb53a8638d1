"""Files to documents to clean sentences: the first stage.

`medline`, `jats` and `plain` (with `json_lines`) read one kind of file each, `archive` many in one;
`readers` picks one by looking inside. `cleaning` holds the paper's three rules, `sentences` splits,
`duplicates` finds texts that stood before. `build` joins them, and writes `shards` for the next
stages, which open them with `finished`.
"""
