"""A line of JSON to a document, for the corpus and the tagger alike."""

import json
from collections import Counter

from bioalbert_core.corpus.document import LINES, Document, Section, letters
from bioalbert_core.corpus.xml import short
from bioalbert_core.errors import UserError

SECTIONS = {"title": "TITLE", "abstract": "ABSTRACT", "text": "BODY"}
FIELDS_NAMED = 100  # fields left out that are counted by name; the rest are counted together


def json_document(line: str, id_: str, place: str, counts: Counter[str]) -> Document:
    r"""The document ``{"id": ..., "title": ..., "abstract": ..., "text": ...}``.

    All fields are optional, but one of the last three must be there; null is an empty text.

    Args:
        line: one JSON object.
        id_: the id of a document that has none.
        place: file and line, for error messages.
        counts: ``characters_left_out_field_<name>`` counts what other fields hold.

    Raises:
        UserError: not such an object.

    >>> document = json_document('{"id": 7, "text": "It fell."}', "a:1", "a", Counter())
    >>> document.id, document.sections
    ('7', (Section(label='BODY', text='It fell.'),))
    """
    fields = json_object(line, place)
    if not fields.keys() & SECTIONS.keys():
        raise UserError(f'{place}: no "title", "abstract" or "text"; give the text one such name')
    id_ = json_id(fields, place) or id_
    texts = {name: json_text(fields, name, place) for name in SECTIONS}
    for name in fields.keys() - SECTIONS.keys() - {"id"}:
        key = f"characters_left_out_field_{short(name)}"
        if key not in counts and len(counts) >= FIELDS_NAMED:
            key = "characters_left_out_other_fields"
        counts[key] += letters(_as_text(fields[name]))
    return Document(id_, tuple(_section(name, text) for name, text in texts.items() if text))


def _section(name: str, text: str) -> Section:
    """A text of several lines is one with lines, of which some may be headings."""
    lines = name != "title" and "\n" in text.strip()
    return Section(LINES if lines else SECTIONS[name], text)


def json_object(line: str, place: str) -> dict:
    """The JSON object of a line; UserError where it is none."""
    try:
        value = json.loads(line, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise UserError(f"{place}: not valid JSON ({error.msg}); give one object a line") from None
    except KeyError as error:
        raise UserError(f"{place}: the field {error} twice; remove one") from None
    except (ValueError, RecursionError):  # a number of too many digits, lists in lists in lists
        raise UserError(f"{place}: JSON too deep or with too long a number; fix it") from None
    if not isinstance(value, dict):
        raise UserError(f'{place}: no JSON object; give one with a "text" a line')
    return value


def _once(pairs: list[tuple[str, object]]) -> dict:
    """An object; of a field given twice, Python's own reader would drop the first in silence."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise KeyError(short(Counter(name for name, _ in pairs).most_common(1)[0][0]))
    return fields


def json_id(fields: dict, place: str) -> str:
    """The document's id as text, empty where there is none; UserError for another type."""
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise UserError(f'{place}: the "id" is neither a string nor a whole number; fix it')
    return json_text({"id": "" if value is None else str(value)}, "id", place)


def json_text(fields: dict, name: str, place: str) -> str:
    """A field's text, empty where it is missing or null; UserError where it is no string."""
    value = fields.get(name)
    if not isinstance(value, str | None):
        raise UserError(f'{place}: the "{name}" is no string; give its text as one string')
    text = value or ""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UserError(f"{place}: half a surrogate pair, which is no character; fix it") from None
    return text


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
