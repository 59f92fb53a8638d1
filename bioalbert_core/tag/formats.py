"""Tagged blocks to the formats that people and programs read, piece by piece.

Each format is a generator of text. Offsets count the Unicode characters of the whole untouched
document. What may come only when a document has ended waits on the disk where it is long, so that
no format holds more than a block in memory.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html import escape

from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.ner.bio import DOCUMENT_START, Span, repair, tags_of
from bioalbert_core.ner.words import words_by_sentence, words_touched
from bioalbert_core.show.highlight import PAGE_FOOT, TEXT_START, counted, legend, marked, page_head
from bioalbert_core.tag.later import Later
from bioalbert_core.tag.tagging import Tagged

# A tab, and whatever some reader ends a line at: one space each, so that offsets stay.
ONE_LINE = str.maketrans(dict.fromkeys("\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))
TITLE_END = re.compile(r"(?<=\S)[\r\n]")


def one_line(text: str) -> str:
    r"""The same number of characters, in one line without tabs.

    >>> one_line("heart\r\nfailure")
    'heart  failure'
    """
    return text.translate(ONE_LINE)


def one_word(id_: str) -> str:
    """An id for formats in which white space and ``|`` part columns.

    >>> one_word("a b|c")
    'a_b_c'
    """
    return re.sub(r"[\s|]", "_", id_)


def jsonl(tagged: Iterable[Tagged]) -> Iterator[str]:
    r"""A JSON object a line: id, text, and entities with character offsets.

    >>> from bioalbert_core.tag.blocks import Block
    >>> "".join(jsonl([(Block("1", "Fever."), ())]))
    '{"id": "1", "text": "Fever.", "entities": []}\n'
    """
    with Later() as later:
        comma = ""
        for block, entities in tagged:
            if not block.start:
                yield f'{{"id": {_json(block.id)}, "text": "'
            yield _json(block.text)[1:-1]
            for e in entities:
                place = {"start": block.start + e.start, "end": block.start + e.end}
                about = {"type": e.type, "text": block.text[e.start : e.end], "score": e.score}
                later.add(comma + _json(place | about))
                comma = ", "
            if block.ends:
                yield '", "entities": ['
                yield from later.take()
                yield "]}\n"
                comma = ""


def conll(tagged: Iterable[Tagged]) -> Iterator[str]:
    r"""``word<TAB>tag`` lines in BIO, a blank line after each sentence and before each document.

    Words are written as the tagger reads them: "α" for ``&alpha;``. `read_bio` reads them back,
    and so does what reads the files of CoNLL-2003.

    >>> from types import SimpleNamespace as E
    >>> from bioalbert_core.tag.blocks import Block
    >>> "".join(conll([(Block("1", "Fever."), [E(start=0, end=5, type="Disease")])]))
    '-DOCSTART- (1)\tO\n\nFever\tB-Disease\n.\tO\n\n'
    """
    for block, entities in tagged:
        if not block.start:
            yield f"{DOCUMENT_START} ({one_word(block.id)})\tO\n\n"
        sentences = words_by_sentence(block.text)
        words = [word for sentence in sentences for word in sentence]
        spans = [Span(*words_touched(words, e.start, e.end), e.type) for e in entities]
        tags = iter(tags_of([span for span in spans if span.start < span.end], len(words)))
        for sentence in sentences:
            legal = repair([next(tags) for _ in sentence])
            lines = zip(sentence, legal, strict=True)
            yield "".join(f"{readable(block.text[a:b])}\t{tag}\n" for (a, b), tag in lines) + "\n"


def pubtator(tagged: Iterable[Tagged]) -> Iterator[str]:
    r"""PubTator: ``id|t|title``, ``id|a|abstract``, a line an entity, a blank line.

    The title is the first line, the abstract the rest in one line, each of its line ends and tabs
    a space: title, one character and abstract are as long as the text, so offsets are the same.
    The sixth column, for the entity's number in a database, is ``-``; there is none for scores.

    >>> from types import SimpleNamespace as E
    >>> from bioalbert_core.tag.blocks import Block
    >>> "".join(pubtator([(Block("1", "Fever.\nIt rose."), [E(start=0, end=5, type="Disease")])]))
    '1|t|Fever.\n1|a|It rose.\n1\t0\t5\tFever\tDisease\t-\n\n'
    """
    with Later() as later:
        in_title = True
        for block, entities in tagged:
            name, text = one_word(block.id), block.text
            if not block.start:
                yield f"{name}|t|"
            if in_title and (end := TITLE_END.search(text)):
                yield f"{one_line(text[: end.start()])}\n{name}|a|"
                text, in_title = text[end.end() :], False
            yield one_line(text)
            for e in entities:
                places = f"{block.start + e.start}\t{block.start + e.end}"
                mention = one_line(block.text[e.start : e.end])
                later.add(f"{name}\t{places}\t{mention}\t{e.type}\t-\n")
            if block.ends:
                yield f"\n{name}|a|\n" if in_title else "\n"
                yield from later.take()
                yield "\n"
                in_title = True


def bioc(tagged: Iterable[Tagged]) -> Iterator[str]:
    """A BioC collection in JSON, the text in a passage for each block.

    >>> from bioalbert_core.tag.blocks import Block
    >>> collection = json.loads("".join(bioc([(Block("1", "Fever."), ())])))
    >>> collection["documents"][0]["passages"][0]["text"]
    'Fever.'
    """
    yield '{"source": "BioALBERT", "date": "", "key": "", "version": "1.0", "infons": {}, '
    yield '"documents": ['
    before, number = "\n", 0
    for block, entities in tagged:
        if not block.start:
            yield f'{before}{{"id": {_json(block.id)}, "infons": {{}}, "passages": ['
            before, number = "", 0
        annotations = [
            {
                "id": f"T{number}",
                "infons": {"type": e.type, "score": str(e.score)},
                "text": block.text[e.start : e.end],
                "locations": [{"offset": block.start + e.start, "length": e.end - e.start}],
            }
            for number, e in enumerate(entities, number + 1)
        ]
        number += len(annotations)
        passage = {"offset": block.start, "infons": {}, "text": block.text, "sentences": []}
        yield before + _json(passage | {"annotations": annotations, "relations": []})
        before = ",\n"
        if block.ends:
            yield '], "annotations": [], "relations": []}'
    yield "\n]}\n"


def html(tagged: Iterable[Tagged]) -> Iterator[str]:
    """One page: a legend, an index of the documents, and each with its entities highlighted.

    What stands above the texts is known when all are read; so they wait.
    """
    number, types, total = 0, Counter[str](), Counter[str]()
    with Later() as index, Later() as texts:
        for block, entities in tagged:
            if not block.start:
                number += 1
                types.clear()
                texts.add(f'<section id="d{number}"><h2>{escape(block.id)}</h2>{TEXT_START}')
            types.update(e.type for e in entities)
            texts.add(marked(block.text, entities, scores=True))
            if block.ends:
                texts.add(f"</div><p>{counted(types)}</p></section>\n")
                link = f'<a href="#d{number}">{escape(block.id)}</a>'
                index.add(f"<li>{link}, entities: {types.total():,}</li>\n")
                total.update(types)
        yield page_head("BioALBERT: entities found") + legend(total)
        yield f"<nav><details open><summary>Documents: {number:,}</summary>\n<ol>\n"
        yield from index.take()
        yield "</ol></details></nav>\n"
        yield from texts.take()
    yield PAGE_FOOT


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


FORMATS: dict[str, tuple[str, Callable[[Iterable[Tagged]], Iterator[str]]]] = {
    "jsonl": ("jsonl", jsonl),
    "conll": ("tsv", conll),
    "pubtator": ("pubtator", pubtator),
    "bioc": ("json", bioc),
    "html": ("html", html),
}
"""By name: the ending of its file, and the function. BRAT, a folder of files, is in `brat`."""
