"""Documents to pairs of segments: in order, swapped or from elsewhere, never too long."""

from random import Random

import pytest

from bioalbert_core.instances.segments import NO_PAIR, between, pairs

LENGTH = 67
ROOM = LENGTH - 3


def numbered(sentences: int, pieces: int, start: int = 0) -> list[list[int]]:
    """A document whose pieces count up from ``start``, so that their order can be seen."""
    return [list(range(start + n * pieces, start + (n + 1) * pieces)) for n in range(sentences)]


def rising(pieces):
    return pieces == list(range(pieces[0], pieces[0] + len(pieces)))


def test_between_reaches_both_ends_and_nothing_else():
    rng = Random(0)
    assert {between(rng, 2, 5) for _ in range(200)} == {2, 3, 4, 5}
    assert between(rng, 7, 7) == 7


def test_three_sentences_give_each_cut_in_both_orders():
    document = [[1, 2], [3], [4, 5]]
    found = set()
    for seed in range(300):
        made = list(pairs([document], 0, LENGTH, Random(seed)))
        if len(made) == 1:  # not a short target
            found.add((*map(tuple, (made[0].a, made[0].b)), made[0].label))
    assert found == {
        ((1, 2), (3, 4, 5), 0),
        ((1, 2, 3), (4, 5), 0),
        ((3, 4, 5), (1, 2), 1),
        ((4, 5), (1, 2, 3), 1),
    }


def test_label_1_is_swapped_and_label_0_in_order():
    """Sentences of 4 pieces fill the room of 64 exactly, so nothing is cut off."""
    document = numbered(80, 4)
    labels = []
    for seed in range(300):
        for pair in pairs([document], 0, LENGTH, Random(seed)):
            if len(pair.a) + len(pair.b) == ROOM:
                first, second = (pair.b, pair.a) if pair.label else (pair.a, pair.b)
                assert rising(first + second)
                assert len(first) % 4 == 0  # cut between sentences
                labels.append(pair.label)
    assert sum(labels) / len(labels) == pytest.approx(0.5, abs=0.04)


def test_the_cut_falls_on_every_sentence_boundary_equally():
    document = numbered(16, 4)
    cuts = [0] * 16
    for seed in range(3000):
        for pair in pairs([document], 0, LENGTH, Random(seed)):
            if len(pair.a) + len(pair.b) == ROOM:
                cuts[len(pair.b if pair.label else pair.a) // 4] += 1
    assert cuts[0] == 0
    assert min(cuts[1:]) > 0.6 * sum(cuts) / 15
    assert max(cuts[1:]) < 1.4 * sum(cuts) / 15


def test_no_pair_is_too_long_or_lacks_a_side():
    for seed in range(200):
        rng = Random(seed)
        documents = [
            [[rng.randrange(99)] * rng.randint(1, 90) for _ in range(rng.randint(1, 12))]
            for _ in range(3)
        ]
        for length in (8, 33, LENGTH):
            for pair in pairs(documents, 0, length, rng):
                assert len(pair.a) + len(pair.b) + 3 <= length
                assert pair.a
                assert pair.b
                assert pair.label in (0, 1)


def test_the_longer_side_is_cut_at_either_end():
    document = [[500, 501, 502], list(range(100))]
    starts, ends = set(), set()
    for seed in range(100):
        for pair in pairs([document], 0, LENGTH, Random(seed)):
            short, long = (pair.b, pair.a) if pair.label else (pair.a, pair.b)
            assert short == [500, 501, 502]
            assert rising(long)
            assert len(long) == ROOM - 3
            starts.add(long[0])
            ends.add(long[-1])
    assert len(starts) > 5
    assert min(starts) > 0
    assert max(ends) < 99


def test_a_tenth_of_the_passes_aims_at_a_shorter_length():
    """With sentences of one piece, all pairs but the last are as long as the target."""
    document = numbered(400, 1)
    targets = []
    for seed in range(3000):
        sizes = [len(p.a) + len(p.b) for p in pairs([document], 0, LENGTH, Random(seed))]
        assert len(set(sizes[:-1])) == 1  # drawn once per pass
        assert sizes[-1] <= sizes[0]
        targets.append(sizes[0])
    short = [target for target in targets if target < ROOM]
    assert len(short) / len(targets) == pytest.approx(0.1, abs=0.02)
    assert min(short) < 8
    assert sum(short) / len(short) == pytest.approx((2 + ROOM) / 2, abs=4)


def test_a_pass_uses_every_sentence_once():
    document = numbered(50, 1)
    for seed in range(50):
        made = list(pairs([document], 0, LENGTH, Random(seed)))
        seen = sorted(piece for pair in made for piece in pair.a + pair.b)
        assert seen == list(range(len(seen)))
        assert len(seen) >= 49  # a lone last sentence has nothing to stand beside


def test_a_lone_sentence_takes_its_other_half_from_another_document():
    documents = [numbered(4, 9, 1000), [list(range(10))], numbered(5, 9, 2000)]
    sources = set()
    for seed in range(100):
        (pair,) = pairs(documents, 1, LENGTH, Random(seed))
        assert (pair.a, pair.label) == (list(range(10)), 1)
        assert rising(pair.b)
        sources.add(pair.b[0] // 1000)
    assert sources == {1, 2}


def test_a_lone_sentence_without_other_documents_is_left_out():
    assert list(pairs([[[1, 2, 3]]], 0, LENGTH, Random(0))) == []


def test_the_same_seed_gives_the_same_pairs():
    documents = [numbered(30, 7), numbered(30, 5, 900)]
    first, again, other = (list(pairs(documents, 0, LENGTH, Random(s))) for s in (5, 5, 6))
    assert first == again != other


def test_nsp_takes_b_from_another_document_in_half_of_the_pairs():
    """The sentences that such a B replaces wait for the next chunk: none is lost."""
    documents = [numbered(80, 4), numbered(90, 4, 5000)]
    labels = []
    for seed in range(200):
        made = list(pairs(documents, 0, LENGTH, Random(seed), "nsp"))
        whole = all(len(p.a) + len(p.b) == ROOM for p in made[:-1])
        for pair in made[:-1] if whole else []:
            assert rising(pair.a)
            assert rising(pair.b)
            assert pair.label == (pair.b[0] >= 5000)
            if not pair.label:
                assert rising(pair.a + pair.b)
            labels.append(pair.label)
        seen = [piece for p in made for piece in p.a + p.b * (1 - p.label)]
        assert not whole or seen == list(range(320))
    assert sum(labels) / len(labels) == pytest.approx(0.5, abs=0.04)


def test_nsp_with_a_single_document_keeps_the_order():
    made = [p for s in range(50) for p in pairs([numbered(30, 4)], 0, LENGTH, Random(s), "nsp")]
    assert made
    assert {pair.label for pair in made} == {0}


def test_no_pair_is_one_segment_that_uses_the_room_of_the_second_separator():
    document = numbered(80, 5)
    for seed in range(50):
        made = list(pairs([document], 0, LENGTH, Random(seed), "none"))
        assert {(pair.label, tuple(pair.b)) for pair in made} == {(NO_PAIR, ())}
        assert max(len(pair.a) for pair in made) <= LENGTH - 2
        assert all(rising(pair.a) for pair in made)


def test_a_lone_sentence_is_enough_where_no_pair_is_wanted():
    (pair,) = pairs([[[1, 2, 3]]], 0, LENGTH, Random(0), "none")
    assert pair.a == [1, 2, 3]
