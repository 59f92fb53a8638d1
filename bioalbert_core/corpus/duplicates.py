"""Documents with the same text as an earlier one: the same article in two files, or a reprint.

A document is identified by 64 bits of a hash. Among the 36 million articles of PubMed, the chance
that any two different texts share theirs is 1 in 30,000.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

BUCKETS = 16


def digest(sentences: Sequence[str]) -> int:
    """64 bits that identify a document."""
    return int.from_bytes(blake2b("\n".join(sentences).encode(), digest_size=8).digest(), "big")


def repeated(digests: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each array of digests, whether a value occurred before, in this array or an earlier one.

    Takes one bucket of values at a time, so that only a part of them is sorted in memory.

    >>> repeated([np.array([7, 8], "u8"), np.array([9, 7, 9], "u8")])
    [array([False, False]), array([False,  True,  True])]
    """
    again = [np.zeros(len(part), bool) for part in digests]
    for bucket in range(BUCKETS):
        places = [np.flatnonzero(part % BUCKETS == bucket) for part in digests]
        values = np.concatenate([part[at] for part, at in zip(digests, places, strict=True)])
        later = np.ones(len(values), bool)
        later[np.unique(values, return_index=True)[1]] = False  # the first of each value
        ends = np.cumsum([len(at) for at in places])[:-1]
        for part, at, flags in zip(again, places, np.split(later, ends), strict=True):
            part[at] = flags
    return again
