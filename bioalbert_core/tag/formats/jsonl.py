"""JSON Lines: one object per document."""

import json
from collections.abc import Iterable, Iterator

from bioalbert_core.tag.tagging import Tagged


def to_jsonl(tagged: Iterable[Tagged]) -> Iterator[str]:
    r"""One JSON object per line: id, text, and entities with character offsets.

    >>> from bioalbert_core.tag.sources import Document
    >>> "".join(to_jsonl([(Document("1", "Fever."), ())]))
    '{"id": "1", "text": "Fever.", "entities": []}\n'
    """
    for document, entities in tagged:
        records = [
            {"start": e.start, "end": e.end, "type": e.type}
            | {"text": document.text[e.start : e.end], "score": e.score}
            for e in entities
        ]
        record = {"id": document.id, "text": document.text, "entities": records}
        yield json.dumps(record, ensure_ascii=False) + "\n"
