"""Starting weights that know what a first long stretch of pre-training would have to find out.

From random weights an ALBERT spends tens of millions of pieces on a plateau: every piece looks at
all others alike, so a masked piece is guessed from how frequent pieces are (about 14 % right here).
Two things are missing there, and both can be had in seconds:

- *What pieces mean.* The table of embeddings is filled with the main components of which pieces
  stand near which (Levy & Goldberg 2014: the positive pointwise mutual information, factorized).
- *Where to look.* All heads of attention but one begin by looking at one neighbor: the piece
  before, behind, two before... Positions are waves of several frequencies; turning the waves of
  position ``i`` by the right angles gives those of ``i + offset``, so a query that is turned meets
  its neighbor's key. (In the spirit of Trockman & Kolter 2023, mimetic initialization.)

Nothing in the model changes, only the numbers it begins with; training may undo all of it. It is
not the paper's way: BioALBERT goes on from ALBERT's weights.
"""

from itertools import count

import numpy as np
from scipy import sparse

from bioalbert_core.albert.variables import block_names, variables
from bioalbert_core.config import AlbertConfig

WINDOW = 4
"""How many pieces to either side are near; a piece at distance d counts 1 / d."""
SPECIAL = 5
"""<pad>, <unk>, [CLS], [SEP] and [MASK] come first in a vocabulary and mean nothing here."""
SPREAD = 0.02
"""Standard deviation of the embeddings, as at ALBERT's random start."""
PEAK = 6.0
"""Score of the neighbor before the softmax, where all others have about 0. The layer norm of the
embeddings leaves about 0.6 of it: among 40 pieces a head gives its neighbor about a third."""


def warm_start(config: AlbertConfig, token_ids: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Starting values for embeddings, projection, queries and keys; the rest stays random.

    Args:
        config: of the model.
        token_ids: (instances, length), where pieces and their neighbors are counted.
        seed: of what is drawn at random.

    Returns:
        float32 arrays by the names of `bioalbert_core.albert.variables`.
    """
    rng = np.random.default_rng(seed)
    waves = max(
        1, config.embedding_size // 8
    )  # frequencies; a wave is two numbers, its cosine and sine
    room = 2 * waves  # the first numbers of an embedding hold the position, the others the piece
    frequencies = np.sort(rng.uniform(0.02, np.pi, waves))
    start = {
        variable.name: rng.normal(0, SPREAD, variable.shape)
        for variable in variables(config, ("encoder",))
        if variable.name.endswith(("embeddings", "query/kernel", "key/kernel"))
    }
    pieces = start["token_embedding/embeddings"]
    pieces[:, :room] = 0
    pieces[SPECIAL:, room:] = piece_vectors(
        token_ids, config.vocab_size, config.embedding_size - room, rng
    )[SPECIAL:]
    start["segment_embedding/embeddings"][:, :room] = 0
    start["position_embedding/embeddings"][:] = 0
    start["position_embedding/embeddings"][:, :room] = SPREAD * position_waves(
        config.max_length, frequencies
    )
    if config.embedding_size != config.hidden_size:
        start["embedding_projection/kernel"] = _projection(config, room, rng)
    for block in block_names(config):
        names = [f"{block}/self_attention_layer/{which}/kernel" for which in ("query", "key")]
        _look_at_neighbors(*(start[name] for name in names), frequencies)
    return {name: array.astype("float32") for name, array in start.items()}


def piece_vectors(
    token_ids: np.ndarray, vocab_size: int, size: int, rng: np.random.Generator
) -> np.ndarray:
    """A vector for each piece, alike for pieces with like neighbors; shape (vocab_size, size).

    Neighbors before and behind count apart. The factorization is a randomized one (Halko et al.
    2011): a few products of the sparse matrix with a narrow one.

    >>> ids = np.array([[5, 6, 8], [5, 7, 8]] * 3)  # 6 and 7 have the same neighbors
    >>> found = piece_vectors(ids, 9, 2, np.random.default_rng(0))
    >>> bool(np.allclose(found[6], found[7], atol=1e-3)), found.shape
    (True, (9, 2))
    """
    behind = sparse.csr_matrix((vocab_size, vocab_size), dtype="float32")
    for distance in range(1, min(WINDOW, token_ids.shape[1] - 1) + 1):
        first, second = token_ids[:, :-distance].ravel(), token_ids[:, distance:].ravel()
        real = (first >= SPECIAL) & (second >= SPECIAL)
        weights = np.full(real.sum(), 1 / distance, "float32")
        behind = behind + sparse.csr_matrix(
            (weights, (first[real], second[real])), (vocab_size, vocab_size)
        )
    near = _positive_information(sparse.hstack([behind, behind.T]))
    narrow = near @ rng.normal(size=(near.shape[1], size + 32)).astype("float32")
    for _ in range(3):
        narrow = near @ (near.T @ np.linalg.qr(narrow)[0])
    basis = np.linalg.qr(narrow)[0]
    left, strength, _ = np.linalg.svd((near.T @ basis).T, full_matrices=False)
    vectors = np.zeros((vocab_size, size))
    found = (basis @ left * np.sqrt(strength))[:, :size]
    vectors[:, : found.shape[1]] = found - found[SPECIAL:].mean(0)
    return vectors / max(vectors[SPECIAL:].std(), 1e-9) * SPREAD


def _positive_information(counts: sparse.spmatrix) -> sparse.csr_matrix:
    """log of how much more often pieces stand together than by chance, where that is above 0.

    Frequencies of neighbors to the power 0.75, so that rare ones do not win (Levy et al. 2015).
    """
    counts = counts.tocoo()
    pieces = np.asarray(counts.sum(1)).ravel()
    neighbors = np.asarray(counts.sum(0)).ravel() ** 0.75
    expected = pieces[counts.row] * neighbors[counts.col] / neighbors.sum()
    information = np.log(counts.data / expected)
    kept = information > 0
    return sparse.csr_matrix(
        (information[kept].astype("float32"), (counts.row[kept], counts.col[kept])), counts.shape
    )


def position_waves(length: int, frequencies: np.ndarray) -> np.ndarray:
    """The cosines, then the sines of all positions; shape (length, 2 x frequencies)."""
    angles = np.arange(length)[:, None] * frequencies
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1)


def _projection(config: AlbertConfig, room: int, rng: np.random.Generator) -> np.ndarray:
    """E to H: positions pass unchanged into the first numbers, pieces are spread over the rest."""
    shape = (config.embedding_size, config.hidden_size)
    kernel = rng.normal(0, config.embedding_size**-0.5, shape)
    kernel[:room], kernel[:, :room] = 0, 0
    kernel[:room, :room] = np.eye(room)
    return kernel


def _look_at_neighbors(query: np.ndarray, key: np.ndarray, frequencies: np.ndarray) -> None:
    """Set all heads but the last to look 1 before, 1 behind, 2 before...; (hidden, heads, size)."""
    _, heads, size = query.shape
    offsets = (sign * distance for distance in count(1) for sign in (-1, 1))
    waves = min(len(frequencies), size // 2)
    gain = (PEAK * size**0.5 / waves) ** 0.5
    chosen = np.linspace(0, len(frequencies) - 1, waves).astype(int)  # where a head is narrow
    rows = np.concatenate([chosen, chosen + len(frequencies)])
    for head, offset in zip(range(heads - 1), offsets, strict=False):
        cos, sin = (np.diag(f(offset * frequencies[chosen])) for f in (np.cos, np.sin))
        query[rows, head, : 2 * waves] = gain * np.block([[cos, sin], [-sin, cos]])
        key[rows, head, : 2 * waves] = gain * np.eye(2 * waves)
