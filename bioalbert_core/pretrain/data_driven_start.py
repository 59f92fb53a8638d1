"""Data-driven initialization: weights that start with what early pre-training would have to learn.

From random weights, an ALBERT spends tens of millions of tokens on a plateau: every token attends
to all others alike, so a masked token is predicted from token frequencies alone (about 14 % are
right). Two things are missing there, and both can be computed in seconds:

- *What tokens mean.* The embedding table gets the main components of which tokens occur near which
  (Levy & Goldberg 2014: positive pointwise mutual information, factorized).
- *Where to look.* All attention heads but one start by attending to one neighbor: the previous
  token, the next one, the second to last... Position embeddings are waves of several frequencies.
  Rotating the waves of position ``i`` by the right angles gives those of ``i + offset``, so a
  rotated query matches its neighbor's key (cf. Trockman & Kolter 2023, mimetic initialization).

The model stays the same, only its first numbers differ, and training may undo all of it. The paper
does not do this: BioALBERT starts from ALBERT's weights.
"""

from itertools import count

import numpy as np
from scipy import sparse

from bioalbert_core.albert.variables import block_names, variables
from bioalbert_core.config import AlbertConfig

WINDOW = 4
"""How many tokens to either side count as near; a token at distance d counts 1 / d."""
SPECIAL = 5
"""<pad>, <unk>, [CLS], [SEP] and [MASK] come first in a vocabulary and have no meaning here."""
SPREAD = 0.02
"""Standard deviation of the embeddings, as in ALBERT's random initialization."""
PEAK = 6.0
"""Attention logit of the neighbor, where all others have about 0. The layer norm of the embeddings
leaves about 0.6 of it: among 40 tokens, a head gives its neighbor about a third."""


def data_driven_start(
    config: AlbertConfig, token_ids: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Starting values for embeddings, projection, queries and keys; the rest stays random.

    Args:
        config: of the model.
        token_ids: (instances, length), in which to count tokens and their neighbors.
        seed: of all random draws.

    Returns:
        float32 arrays by the names of `bioalbert_core.albert.variables`.
    """
    rng = np.random.default_rng(seed)
    waves = max(1, config.embedding_size // 8)  # frequencies, each a cosine and a sine
    room = 2 * waves  # the first numbers of an embedding hold the position, the others the token
    frequencies = np.sort(rng.uniform(0.02, np.pi, waves))
    start = {
        variable.name: rng.normal(0, SPREAD, variable.shape)
        for variable in variables(config, ("encoder",))
        if variable.name.endswith(("embeddings", "query/kernel", "key/kernel"))
    }

    # Embeddings (..., E): tokens in the last E - room numbers, positions in the first ones.
    tokens = start["token_embedding/embeddings"]  # (vocabulary, E)
    tokens[:, :room] = 0
    tokens[SPECIAL:, room:] = token_vectors(
        token_ids, config.vocab_size, config.embedding_size - room, rng
    )[SPECIAL:]
    start["segment_embedding/embeddings"][:, :room] = 0
    positions = start["position_embedding/embeddings"]  # (max_length, E)
    positions[:] = 0
    positions[:, :room] = SPREAD * position_waves(config.max_length, frequencies)
    if config.embedding_size != config.hidden_size:
        start["embedding_projection/kernel"] = _projection(config, room, rng)

    for block in block_names(config):
        names = [f"{block}/self_attention_layer/{which}/kernel" for which in ("query", "key")]
        _attend_to_neighbors(*(start[name] for name in names), frequencies)
    return {name: array.astype("float32") for name, array in start.items()}


def token_vectors(
    token_ids: np.ndarray, vocab_size: int, size: int, rng: np.random.Generator
) -> np.ndarray:
    """One vector per token, (vocab_size, size); tokens with similar neighbors get similar ones.

    Left and right neighbors count separately. The factorization is a randomized SVD (Halko et al.
    2011): a few products of the sparse matrix with a narrow one.

    >>> ids = np.array([[5, 6, 8], [5, 7, 8]] * 3)  # 6 and 7 have the same neighbors
    >>> vectors = token_vectors(ids, 9, 2, np.random.default_rng(0))
    >>> bool(np.allclose(vectors[6], vectors[7], atol=1e-3)), vectors.shape
    (True, (9, 2))
    """
    # 1. Count which token follows which, (vocabulary, vocabulary).
    right = sparse.csr_matrix((vocab_size, vocab_size), dtype="float32")
    for distance in range(1, min(WINDOW, token_ids.shape[1] - 1) + 1):
        first, second = token_ids[:, :-distance].ravel(), token_ids[:, distance:].ravel()
        real = (first >= SPECIAL) & (second >= SPECIAL)
        weights = np.full(real.sum(), 1 / distance, "float32")
        right = right + sparse.csr_matrix(
            (weights, (first[real], second[real])), (vocab_size, vocab_size)
        )
    near = _positive_information(sparse.hstack([right, right.T]))  # (vocabulary, 2 vocabulary)

    # 2. Find a narrow orthogonal basis of its columns, (vocabulary, size + 32).
    narrow = near @ rng.normal(size=(near.shape[1], size + 32)).astype("float32")
    for _ in range(3):
        narrow = near @ (near.T @ np.linalg.qr(narrow)[0])
    basis = np.linalg.qr(narrow)[0]

    # 3. Keep the strongest components, centered and scaled.
    left, strength, _ = np.linalg.svd((near.T @ basis).T, full_matrices=False)
    components = (basis @ left * np.sqrt(strength))[:, :size]
    vectors = np.zeros((vocab_size, size))
    vectors[:, : components.shape[1]] = components - components[SPECIAL:].mean(0)
    return vectors / max(vectors[SPECIAL:].std(), 1e-9) * SPREAD


def _positive_information(counts: sparse.spmatrix) -> sparse.csr_matrix:
    """Log of how much more often than by chance two tokens occur together, where it is above 0.

    Frequencies of neighbors count to the power 0.75, so that rare ones do not dominate (Levy et al.
    2015).
    """
    counts = counts.tocoo()
    tokens = np.asarray(counts.sum(1)).ravel()
    neighbors = np.asarray(counts.sum(0)).ravel() ** 0.75
    expected = tokens[counts.row] * neighbors[counts.col] / neighbors.sum()
    information = np.log(counts.data / expected)
    kept = information > 0
    return sparse.csr_matrix(
        (information[kept].astype("float32"), (counts.row[kept], counts.col[kept])), counts.shape
    )


def position_waves(length: int, frequencies: np.ndarray) -> np.ndarray:
    """The cosines, then the sines of all positions, (length, 2 x frequencies)."""
    angles = np.arange(length)[:, None] * frequencies
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1)


def _projection(config: AlbertConfig, room: int, rng: np.random.Generator) -> np.ndarray:
    """(E, H): copies positions to the first numbers, spreads tokens over the others."""
    shape = (config.embedding_size, config.hidden_size)
    kernel = rng.normal(0, config.embedding_size**-0.5, shape)
    kernel[:room], kernel[:, :room] = 0, 0
    kernel[:room, :room] = np.eye(room)
    return kernel


def _attend_to_neighbors(query: np.ndarray, key: np.ndarray, frequencies: np.ndarray) -> None:
    """Set all heads of (hidden, heads, size) but the last to attend to position -1, +1, -2..."""
    _, heads, size = query.shape
    offsets = (sign * distance for distance in count(1) for sign in (-1, 1))
    waves = min(len(frequencies), size // 2)
    gain = (PEAK * size**0.5 / waves) ** 0.5
    chosen = np.linspace(0, len(frequencies) - 1, waves).astype(int)  # if a head is narrow
    rows = np.concatenate([chosen, chosen + len(frequencies)])
    for head, offset in zip(range(heads - 1), offsets, strict=False):
        cos, sin = (np.diag(f(offset * frequencies[chosen])) for f in (np.cos, np.sin))
        query[rows, head, : 2 * waves] = gain * np.block([[cos, sin], [-sin, cos]])
        key[rows, head, : 2 * waves] = gain * np.eye(2 * waves)
