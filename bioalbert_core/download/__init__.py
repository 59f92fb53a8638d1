"""Public files and data sets, by name, checked before use.

`registry` says what there is (`data/registry.toml`), `fetching` gets it from `sources`, `archives`
unpacks it.

>>> from bioalbert_core.download import fetch
>>> fetch("NCBI-disease", to="downloads")  # doctest: +SKIP
PosixPath('downloads/NCBI-disease')
"""

from bioalbert_core.download.fetching import fetch

__all__ = ["fetch"]
