"""Files to documents to clean sentences: the first stage.

`medline`, `jats` and `plain` read one kind of file each; `readers` picks one by looking inside;
`cleaning` holds the paper's three rules; `sentences` splits; `build` joins them and writes shards.
"""
