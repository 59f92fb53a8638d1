"""BioC, the exchange format of biomedical text mining, as JSON."""

import json
from collections.abc import Iterable, Iterator

from bioalbert_core.tag.tagging import Tagged


def to_bioc(tagged: Iterable[Tagged]) -> Iterator[str]:
    """One BioC collection. A document's text is one passage.

    >>> from bioalbert_core.tag.sources import Document
    >>> collection = json.loads("".join(to_bioc([(Document("1", "Fever."), ())])))
    >>> collection["documents"][0]["passages"][0]["text"]
    'Fever.'
    """
    yield '{"source": "BioALBERT", "date": "", "key": "", "version": "1.0", "infons": {}, '
    yield '"documents": ['
    separator = "\n"
    for document in tagged:
        yield separator + json.dumps(_document(document), ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def _document(tagged: Tagged) -> dict:
    document, entities = tagged
    annotations = [
        {
            "id": f"T{number}",
            "infons": {"type": e.type, "score": str(e.score)},
            "text": document.text[e.start : e.end],
            "locations": [{"offset": e.start, "length": e.end - e.start}],
        }
        for number, e in enumerate(entities, 1)
    ]
    passage = {"offset": 0, "infons": {}, "text": document.text, "sentences": []}
    passage |= {"annotations": annotations, "relations": []}
    record = {"id": document.id, "infons": {}, "passages": [passage]}
    return record | {"annotations": [], "relations": []}
