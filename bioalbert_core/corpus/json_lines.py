"""One line of JSON to a document, for the corpus and for tagging."""

import json
from collections import Counter

from bioalbert_core.corpus.document import LINES, Document, Section, letters
from bioalbert_core.corpus.xml import short
from bioalbert_core.plumbing.errors import UserError

LABELS = {"title": "TITLE", "abstract": "ABSTRACT", "text": "BODY"}
FIELDS_NAMED = 100  # other fields counted by name; the rest are counted together


def json_document(line: str, id_: str, place: str, counts: Counter[str]) -> Document:
    r"""The document ``{"id": ..., "title": ..., "abstract": ..., "text": ...}``.

    All fields are optional, but one of the last three is required; null is an empty text.

    Args:
        line: one JSON object.
        id_: for a document without an id.
        place: file and line, for error messages.
        counts: ``characters_left_out_field_<name>`` counts the text in other fields.

    Raises:
        UserError: not such an object.

    >>> document = json_document('{"id": 7, "text": "It fell."}', "a:1", "a", Counter())
    >>> document.id, document.sections
    ('7', (Section(label='BODY', text='It fell.'),))
    """
    fields = json_object(line, place)
    if not fields.keys() & LABELS.keys():
        raise UserError(f'{place}: no "title", "abstract" or "text"; rename the field of the text')
    id_ = json_id(fields, place) or id_
    sections = []
    for name, label in LABELS.items():
        if text := json_text(fields, name, place):
            has_lines = name != "title" and "\n" in text.strip()  # some may be headings
            sections.append(Section(LINES if has_lines else label, text))
    for name in fields.keys() - LABELS.keys() - {"id"}:
        value, key = fields[name], f"characters_left_out_field_{short(name)}"
        if key not in counts and len(counts) >= FIELDS_NAMED:
            key = "characters_left_out_other_fields"
        is_text = isinstance(value, str)
        counts[key] += letters(value if is_text else json.dumps(value, ensure_ascii=False))
    return Document(id_, tuple(sections))


def json_object(line: str, place: str) -> dict:
    """The JSON object of a line; UserError if it is not one, or has a field twice."""
    try:
        value = json.loads(line, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{place}: not valid JSON ({error.msg}); put one object on each line"
        ) from None
    except KeyError as error:
        raise UserError(f"{place}: the field {error} is given twice; remove one") from None
    except (ValueError, RecursionError):  # a number with too many digits, lists in lists in lists
        raise UserError(f"{place}: JSON nested too deep, or too long a number; fix it") from None
    if not isinstance(value, dict):
        raise UserError(f'{place}: not a JSON object; put one with a "text" on each line')
    return value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict:
    """An object. Of a repeated field, Python's own reader silently keeps only the last."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise KeyError(short(Counter(name for name, _ in pairs).most_common(1)[0][0]))
    return fields


def json_id(fields: dict, place: str) -> str:
    """The document's id as text, empty if it has none; UserError for another type."""
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise UserError(f'{place}: the "id" is neither a string nor an integer; fix it')
    return json_text({"id": "" if value is None else str(value)}, "id", place)


def json_text(fields: dict, name: str, place: str) -> str:
    """A field's text, empty if it is missing or null; UserError if it is not a string."""
    text = fields.get(name)
    if not isinstance(text, str | None):
        raise UserError(f'{place}: the "{name}" is not a string; make it one string')
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        raise UserError(f"{place}: half a surrogate pair, not a character; fix it") from None
    return text or ""
