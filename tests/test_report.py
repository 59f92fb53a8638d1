"""The data set report: numbers that were counted by hand, and the command that prints them."""

import json

import pytest

from bioalbert_core.ner.bio import TaggedSentence
from bioalbert_core.ner.report import describe, lengths, main, report_table, seen
from bioalbert_core.ner.sources import read_source

FILES = {
    "train": "p53\tB-Gene\nbinds\tO\n\nlung\tB-Disease\ncancer\tI-Disease\n\nYes\tO\n",
    "dev": "P53\tB-Gene\nfell\tO\n",
    "test": "Yes\tO\n\nYes\tO\n\nlung\tB-Disease\n\nlung\tI-Disease\ncancer\tI-Disease\n",
}


@pytest.fixture
def folder(tmp_path):
    """A small data set with one tag that continues nothing."""
    folder = tmp_path / "NCBI-disease"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.tsv").write_text(text, "utf-8")
    return folder


def test_the_numbers_are_those_counted_by_hand(folder):
    report = describe(read_source(folder))
    assert report["splits"] == {
        "train": {
            **{"sentences": 3, "tokens": 5, "mentions": 2, "illegal_tags": 0},
            "types": {"Disease": 1, "Gene": 1},
        },
        "devel": {
            **{"sentences": 1, "tokens": 2, "mentions": 1, "illegal_tags": 0},
            "types": {"Gene": 1},
        },
        "test": {
            **{"sentences": 4, "tokens": 5, "mentions": 2, "illegal_tags": 1},
            "types": {"Disease": 2},
        },
    }
    assert (report["mentions"], report["paper_mentions"]) == (5, 6881)
    assert report["repeated"] == {
        "devel": {"sentences": 0, "distinct": 0},
        "test": {"sentences": 3, "distinct": 2},  # twice "Yes", once "lung cancer"
    }
    assert report["seen"] == {"devel": 1.0, "test": 0.5}
    assert report["faults"] == [
        f"{folder / 'test.tsv'}: line 7: I-Disease continues nothing; make it a B"
    ]


def test_the_table_tells_all_of_it(folder):
    told = report_table(describe(read_source(folder)))
    assert "NCBI-disease: 5 mentions, 6,881 in the paper" in told
    assert "Disease 1, Gene 1" in told
    assert "3 sentences (2 distinct) are also in train; 50.0% of its mentions" in told
    assert "illegal tags: 1, the first:" in told
    assert "test.tsv: line 7: I-Disease" in told


def test_lengths_are_those_of_the_pieces(tokenizer):
    words = [("baba", "cy"), ("baba",) * 50, ("(",)]
    sentences = [TaggedSentence(w, ("O",) * len(w)) for w in words]
    found = lengths(sentences, tokenizer)
    counts = [sum(len(tokenizer.encode(word)) for word in w) for w in words]
    assert found["per_word"] == round(sum(counts) / 53, 3)
    assert (found["median"], found["longest"]) == (sorted(counts)[1] + 2, max(counts) + 2)
    assert found["p99"] == found["longest"]


def test_without_mentions_no_share_is_seen(folder):
    nothing = [TaggedSentence(("a",), ("O",))]
    assert seen(nothing, nothing) is None
    (folder / "test.tsv").write_text("a\tO\n")
    assert "no mentions" in report_table(describe(read_source(folder)))


def test_the_command_prints_tables_and_writes_json(folder, tokenizer_file, tmp_path, capsys):
    out = tmp_path / "numbers.json"
    main([str(folder), str(folder), "--tokenizer", str(tokenizer_file), "--json", str(out)])
    told = capsys.readouterr().out
    assert told.count("NCBI-disease: 5 mentions") == 2
    assert told.count("pieces: ") == 6
    reports = json.loads(out.read_text("utf-8"))
    assert reports[0] == reports[1]
    assert reports[0]["splits"]["train"]["pieces"]["longest"] >= 4


def test_bad_arguments_are_told(folder, fails, tmp_path):
    assert "no such folder and no data set" in fails(main, "nowhere")
    assert "ends in .json" in fails(main, folder, "--json", tmp_path / "numbers.txt")
    assert "no data set given" in fails(main)
    (folder / "test.tsv").write_text("a\tO\nb\n")
    assert "test.tsv: line 2: 'b' is not word<TAB>tag" in fails(main, folder)
