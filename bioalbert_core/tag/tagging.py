"""Documents to documents with their entities, many at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bioalbert_core.show.highlight import Mention
from bioalbert_core.tag.sources import Document

Tagged = tuple[Document, Sequence[Mention]]
"""A document and its entities, in order, with character offsets into its text."""
BATCH = 2**18  # characters that are read before they are tagged
LEAST = 100  # characters that even the shortest text counts as, because it takes memory too


def tag_documents(
    documents: Iterable[Document],
    tag_many: Callable[[Sequence[str]], Sequence[Sequence[Mention]]],
    ahead: int = BATCH,
) -> Iterator[Tagged]:
    """Each document with its entities, in order.

    Args:
        documents: as they are read.
        tag_many: the entities of each of several texts. The more texts it gets at once, the better
            it can batch sentences of the same length.
        ahead: how many characters are read before they are tagged.
    """
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += max(len(document.text), LEAST)
        if size >= ahead:
            yield from _tag(batch, tag_many)
            batch, size = [], 0
    yield from _tag(batch, tag_many)


def _tag(batch: list[Document], tag_many: Callable) -> Iterator[Tagged]:
    if batch:
        yield from zip(batch, tag_many([document.text for document in batch]), strict=True)
