"""Documents whose text stood before, word for word: the same article in two files, or a reprint.

A document is known by 64 bits of its hash. Among the 36 million articles of PubMed, the chance that
any two different texts share theirs is 1 in 30,000.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

BUCKETS = 16


def digest(sentences: Sequence[str]) -> int:
    """64 bits that stand for a document."""
    return int.from_bytes(blake2b("\n".join(sentences).encode(), digest_size=8).digest(), "big")


def repeated(digests: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each array of digests, where a value stood before, in it or in an array before it.

    Works through the values in buckets, so that only a part of them is sorted at a time.

    >>> repeated([np.array([7, 8], "u8"), np.array([9, 7, 9], "u8")])
    [array([False, False]), array([False,  True,  True])]
    """
    again = [np.zeros(len(part), bool) for part in digests]
    for bucket in range(BUCKETS):
        places = [np.flatnonzero(part % BUCKETS == bucket) for part in digests]
        values = np.concatenate([part[found] for part, found in zip(digests, places, strict=True)])
        later = np.ones(len(values), bool)
        later[np.unique(values, return_index=True)[1]] = False
        ends = np.cumsum([len(found) for found in places])[:-1]
        for part, found, flags in zip(again, places, np.split(later, ends), strict=True):
            part[found] = flags
    return again
