"""The dictionary baseline, rule by rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.ner.baselines.dictionary import FILE, Dictionary, learn
from bioalbert_core.ner.bio import TaggedSentence, repair
from bioalbert_core.plumbing.errors import UserError


def said(*pairs):
    """A sentence from ``word/tag`` strings."""
    words, tags = zip(*(pair.rsplit("/", 1) for pair in pairs), strict=True)
    return TaggedSentence(words, tags)


def tags(dictionary, sentence):
    return list(dictionary.predict([sentence.split()])[0].tags)


LUNG = said("lung/B-Disease", "cancer/I-Disease", "grows/O")


def test_a_mention_is_found_again_in_any_case():
    assert tags(learn([LUNG]), "Severe LUNG Cancer") == ["O", "B-Disease", "I-Disease"]


def test_the_longest_mention_wins_and_reading_goes_on_behind_it():
    known = learn([LUNG, said("lung/B-Disease"), said("cancer/B-Disease", "cell/I-Disease")])
    assert tags(known, "lung cancer cell lung") == ["B-Disease", "I-Disease", "O", "B-Disease"]


def test_what_is_mostly_no_mention_is_not_known():
    once, plain = said("was/B-Gene"), said("was/O")
    assert tags(learn([once, plain]), "was") == ["B-Gene"]
    assert tags(learn([once, plain, plain]), "was") == ["O"]


def test_words_inside_a_longer_mention_count_as_no_mention_of_their_own():
    alone = said("cancer/B-Disease")
    assert ("cancer",) in learn([LUNG, alone]).mentions
    assert ("cancer",) not in learn([LUNG, LUNG, alone]).mentions


def test_of_several_types_the_most_frequent_is_taken():
    gene, disease = said("p53/B-Gene"), said("p53/B-Disease")
    assert learn([gene, disease, gene]).mentions == {("p53",): "Gene"}
    assert learn([gene, disease]).mentions == {("p53",): "Disease"}


def test_only_data_sets_that_mark_a_type_speak_against_it():
    genes = [said("p53/B-Gene")]
    diseases = [said("p53/O", "fever/B-Disease"), said("p53/O"), said("p53/O")]
    assert ("p53",) in learn(genes, diseases).mentions
    assert ("p53",) not in learn(genes + diseases).mentions


def test_labels_have_all_types_even_of_mentions_that_were_dropped():
    known = learn([said("was/B-Gene"), said("was/O"), said("was/O"), LUNG])
    assert known.labels == ["O", "B-Disease", "I-Disease", "B-Gene", "I-Gene"]


def test_there_is_a_score_for_each_word_and_nothing_for_no_words():
    first, second = learn([LUNG]).predict([["lung"], []])
    assert (first.scores, second.tags, second.scores) == ((1.0,), (), ())


words = st.sampled_from(["a", "B", "İ", "c d", "é"])
sentences = st.lists(
    st.lists(st.tuples(words, st.sampled_from(["O", "B-X", "I-X", "B-Y"])), min_size=1).map(
        lambda rows: TaggedSentence(*map(tuple, zip(*rows, strict=True)))
    )
)


@given(sentences, st.lists(words))
def test_what_is_saved_is_loaded_and_tags_are_legal(tmp_path_factory, data, asked):
    folder = tmp_path_factory.mktemp("run")
    learn(data).save(folder)
    known = Dictionary.load(folder)
    assert known == learn(data)
    found = list(known.predict([asked])[0].tags)
    assert repair(found) == found
    assert set(found) <= set(known.labels)


@pytest.mark.parametrize(
    "text",
    ["[]", "{", '{"types": []}', '{"types": ["X"], "mentions": {"a": "Y"}}', '{"types": 3}'],
)
def test_a_damaged_file_is_told(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(UserError, match=FILE):
        Dictionary.load(tmp_path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UserError, match=rf"{FILE}: no such file"):
        Dictionary.load(tmp_path)
