"""The checks of notebook 02's exercises: typical wrong answers get the hint that helps."""

import unicodedata

import pytest

from bioalbert_core.course.checks.pieces import (
    check_best_cut,
    check_joined,
    check_normal_words,
    check_pieces_per_word,
)
from bioalbert_core.plumbing.shipped import find_model
from bioalbert_core.tokenizer import Tokenizer

TOKENIZER = Tokenizer(find_model("bioalbert-tiny") / "tokenizer.model")
CLS, SEP = TOKENIZER.cls_id, TOKENIZER.sep_id


def without_accents(text, form):
    apart = unicodedata.normalize(form, text.lower())
    return "".join(c for c in apart if not unicodedata.combining(c)).split()


def words_of(pieces):
    return sum(piece.startswith("▁") for piece in pieces)


def greedy(word, scores):
    found = []
    while word:
        found.append(max((p for p in scores if word.startswith(p)), key=len, default=word[0]))
        word = word[len(found[-1]) :]
    return found


def greedy_by_score(word, scores):
    found = []
    while word:
        found.append(max(filter(word.startswith, scores), key=lambda p: scores[p] / len(p)))
        word = word[len(found[-1]) :]
    return found


def one_of_two(word, scores):
    """All ways of at most two pieces."""
    ways = [[word]] + [[word[:i], word[i:]] for i in range(1, len(word))]
    ways = [way for way in ways if all(piece in scores for piece in way)]
    return max(ways, key=lambda way: sum(scores[piece] for piece in way), default=[])


def marked_up(a, b):
    row = []
    for part in f"[CLS] {a} [SEP] {b} [SEP]".split():
        row += {"[CLS]": [CLS], "[SEP]": [SEP]}.get(part) or TOKENIZER.encode(part)
    return row


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (check_normal_words, str.split, "become small"),
        (check_normal_words, lambda text: text.lower(), "become small"),
        (check_normal_words, lambda text: text.lower().split(" "), "no word is empty"),
        (check_normal_words, lambda text: text.lower().split(), "combining marks"),
        (
            check_normal_words,
            lambda text: [
                w.encode("ascii", "ignore").decode() for w in without_accents(text, "NFD")
            ],
            "Greek",
        ),
        (check_normal_words, lambda text: without_accents(text, "NFD"), "K in its name"),
        (check_normal_words, lambda text: without_accents(text, "NFK"), "ValueError"),
        (check_pieces_per_word, lambda pieces: words_of(pieces) / len(pieces), "all pieces count"),
        (check_pieces_per_word, lambda pieces: len(pieces), "two words"),
        (
            check_pieces_per_word,
            lambda pieces: len(pieces) / sum(p.startswith("▁") and len(p) > 1 for p in pieces),
            "a lone ▁",
        ),
        (check_pieces_per_word, lambda pieces: len(pieces) / words_of(pieces), "ZeroDivisionError"),
        (check_best_cut, greedy, "neither the longest"),
        (check_best_cut, lambda word, scores: list(word), "-3 is more"),
        (check_best_cut, greedy_by_score, "too early"),
        (check_best_cut, one_of_two, "used twice"),
        (check_joined, lambda a, b: TOKENIZER.encode(f"[CLS] {a} [SEP] {b} [SEP]"), "of their own"),
        (check_joined, marked_up, "stays text"),
        (
            check_joined,
            lambda a, b: [
                CLS,
                *TOKENIZER.encode(a),
                SEP,
                *([*TOKENIZER.encode(b), SEP] if b else []),
            ],
            "also an empty one",
        ),
    ],
)
def test_wrong_answers_get_the_right_hint(check, wrong, hint, refused):
    refused(check, wrong, hint)


def test_trying_all_ways_is_a_right_answer_too(capsys):
    def ways(word, scores):
        if not word:
            return [[]]
        first = [word[:end] for end in range(1, len(word) + 1) if word[:end] in scores]
        return [[piece, *rest] for piece in first for rest in ways(word[len(piece) :], scores)]

    check_best_cut(lambda word, s: max(ways(word, s), key=lambda w: sum(s[p] for p in w)))
    assert capsys.readouterr().out.startswith("Right.")
