"""Blocks of text to blocks with their entities, many at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bioalbert_core.show.highlight import Mention
from bioalbert_core.tag.blocks import BLOCK, Block

Tagged = tuple[Block, Sequence[Mention]]
"""A block and its entities, in order, with character offsets into the block."""
LEAST = 100  # characters that even the shortest text counts for, for it takes memory too


def tag_blocks(
    blocks: Iterable[Block],
    tag_many: Callable[[Sequence[str]], Sequence[Sequence[Mention]]],
    ahead: int = BLOCK,
) -> Iterator[Tagged]:
    """Each block with its entities, in order.

    Args:
        blocks: as they are read.
        tag_many: the entities of each of several texts; the more it gets at once, the better it
            can put sentences of one length together.
        ahead: characters that are read before they are tagged.
    """
    batch: list[Block] = []
    size = 0
    for block in blocks:
        batch.append(block)
        size += max(len(block.text), LEAST)
        if size >= ahead:
            yield from _tag(batch, tag_many)
            batch, size = [], 0
    yield from _tag(batch, tag_many)


def _tag(batch: list[Block], tag_many: Callable) -> Iterator[Tagged]:
    if batch:
        yield from zip(batch, tag_many([block.text for block in batch]), strict=True)
