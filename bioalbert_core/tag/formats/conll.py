"""CoNLL: one word and its BIO tag per line."""

from collections.abc import Iterable, Iterator

from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.ner.bio import DOCUMENT_START, Span, repair, tags_of
from bioalbert_core.ner.words import words_by_sentence, words_touched
from bioalbert_core.tag.formats.columns import one_word
from bioalbert_core.tag.tagging import Tagged


def to_conll(tagged: Iterable[Tagged]) -> Iterator[str]:
    r"""``word<TAB>tag`` lines, a blank line after each sentence and after each document's name.

    Words are written as the tagger reads them: "α" for ``&alpha;``. `read_bio` reads the file back,
    and so does any reader of CoNLL-2003.

    >>> from types import SimpleNamespace as E
    >>> from bioalbert_core.tag.sources import Document
    >>> tagged = [(Document("1", "Fever."), [E(start=0, end=5, type="Disease")])]
    >>> "".join(to_conll(tagged))
    '-DOCSTART- (1)\tO\n\nFever\tB-Disease\n.\tO\n\n'
    """
    for document, entities in tagged:
        yield f"{DOCUMENT_START} ({one_word(document.id)})\tO\n\n"
        sentences = words_by_sentence(document.text)
        words = [word for sentence in sentences for word in sentence]
        spans = [Span(*words_touched(words, e.start, e.end), e.type) for e in entities]
        tags = iter(tags_of([span for span in spans if span.start < span.end], len(words)))
        for sentence in sentences:
            legal = repair([next(tags) for _ in sentence])
            for (start, end), tag in zip(sentence, legal, strict=True):
                yield f"{readable(document.text[start:end])}\t{tag}\n"
            yield "\n"
