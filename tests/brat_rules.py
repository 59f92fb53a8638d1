"""brat's published rules (https://brat.nlplab.org/standoff.html), as a reader applies them."""

import re
from itertools import pairwise

Fragments = list[tuple[int, int]]
ENTITY = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")


def read_standoff(text: str, annotations: str) -> dict[str, tuple[str, Fragments, str]]:
    """By ID the type, fragments and quote of each entity; AssertionError where a rule is broken."""
    entities: dict[str, tuple[str, Fragments, str]] = {}
    assert not annotations or annotations.endswith("\n")
    for line in annotations.splitlines():  # some readers end a line at all of these
        id_, body, quote = line.split("\t")
        if id_.startswith("#"):  # a note: its type and the ID that it is about
            kind, about = body.split(" ")
            assert re.fullmatch(r"#\d+", id_) and kind == "AnnotatorNotes" and about in entities
            continue
        assert re.fullmatch(r"T\d+", id_) and id_ not in entities
        type_, places = ENTITY.fullmatch(body).groups()
        fragments = [tuple(map(int, place.split(" "))) for place in places.split(";")]
        assert all(start < end <= len(text) for start, end in fragments)
        assert all(end <= start for (_, end), (start, _) in pairwise(fragments))
        assert quote == " ".join(text[start:end] for start, end in fragments)
        entities[id_] = type_, fragments, quote
    return entities
