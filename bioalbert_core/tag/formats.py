"""Tagged documents to the formats that people and programs read."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bioalbert_core.show.highlight import page


@dataclass(frozen=True)
class TaggedText:
    """A text with its entities (`bioalbert_core.ner.tagger.Entity`)."""

    id: str
    text: str
    entities: tuple


def jsonl(documents: Iterable[TaggedText]) -> str:
    """A JSON object a line: id, text, and entities with character offsets.

    >>> print(jsonl([TaggedText("1", "Fever.", ())]), end="")
    {"id": "1", "text": "Fever.", "entities": []}
    """
    return "".join(
        json.dumps(
            {"id": d.id, "text": d.text, "entities": [asdict(e) for e in d.entities]},
            ensure_ascii=False,
        )
        + "\n"
        for d in documents
    )


def html(documents: Iterable[TaggedText]) -> str:
    """One page with all documents, entities highlighted."""
    return page(((d.id, d.text, d.entities) for d in documents), "BioALBERT: entities found")


FORMATS = {"jsonl": jsonl, "html": html}
