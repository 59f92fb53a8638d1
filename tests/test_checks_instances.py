"""The checks of notebook 03's exercises: typical wrong answers get the hint that helps."""

import pytest

from bioalbert_core.course.checks.instances import (
    check_hide,
    check_make_pair,
    check_pack,
    check_training_part,
    check_words,
)


def flat(sentences):
    return [id_ for sentence in sentences for id_ in sentence]


def hidden(low=0.8, high=0.9, by_position=False, copy=True):
    """The right answer, or one that is wrong in one way."""

    def hide(ids, positions, draws, others):
        shown = list(ids) if copy else ids
        for place, position in enumerate(positions):
            draw = draws[place]
            if draw < low:
                shown[position] = 4
            elif draw < high:
                shown[position] = others[-1 if by_position else place]
        return shown

    return hide


def words(pieces, special=True, ends=True):
    found = []
    for place, piece in enumerate(pieces):
        if piece.startswith("▁"):
            found.append((place, place + 1 if ends else place))
        elif found and (special or piece not in ("[CLS]", "[SEP]")):
            found[-1] = (found[-1][0], place + 1 if ends else place)
    return found


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (check_pack, lambda a, b, n: [2, *a, 3, *b], "behind both"),
        (check_pack, lambda a, b, n: [*a, 3, *b, 3], "2 comes first"),
        (check_pack, lambda a, b, n: [2, *a, 3, *b, 3], "fill up"),
        (check_pack, lambda a, b, n: ([2, *a, 3, *b, 3] + [0] * n)[: n + 1], "2 comes first"),
        (check_pack, lambda a, b, n: ([2, *a, 3, *b, 3, 0])[:n], "until the length"),
        (check_make_pair, lambda s, c, w: [s[:c], s[c:], int(w)], "two plain lists"),
        (check_make_pair, lambda s, c, w: [s[0], flat(s[1:]), 0], "as cut says"),
        (check_make_pair, lambda s, c, w: [flat(s[:c]), flat(s[c:]), int(w)], "comes first"),
        (check_make_pair, lambda s, c, w: [flat(s[:c]), flat(s[c:]), int(not w)], "in order is 0"),
        (check_hide, hidden(low=0.1), "below 0.8 gives"),
        (check_hide, hidden(low=0.9), "between 0.8 and 0.9"),
        (check_hide, hidden(high=1.0), "the piece stays"),
        (check_hide, hidden(low=0.801), "0.8 itself"),
        (check_hide, hidden(high=0.901), "0.9 itself"),
        (check_hide, hidden(by_position=True), "first position"),
        (check_hide, hidden(copy=False), "a copy"),
        (check_hide, lambda *given: given[4], "IndexError"),
        (check_words, lambda pieces: words(pieces, ends=False), "ends, too"),
        (check_words, lambda pieces: words(pieces), "belong to no word"),
        (
            check_words,
            lambda pieces: words(pieces[: -1 if "[SEP]" in pieces else None]),
            "ends the word",
        ),
        (check_words, lambda pieces: [(i, i + 1) for i in range(len(pieces))], "goes on with"),
        (check_words, lambda pieces: words(pieces, special=False) or [(0, 0)], "the list is empty"),
        (
            check_training_part,
            lambda rows, n: [row for place, row in enumerate(rows) if place % n],
            "both sides",
        ),
        (
            check_training_part,
            lambda rows, n: [row for row in rows if row[0] % n == 0],
            "both sides",
        ),
        (check_training_part, lambda rows, n: sorted(r for r in rows if r[0] % n), "any order"),
        (
            check_training_part,
            lambda rows, n: [row for row in rows if row[0] >= n - 1],
            "any order",
        ),
    ],
)
def test_wrong_answers_get_the_right_hint(check, wrong, hint, refused):
    refused(check, wrong, hint)
