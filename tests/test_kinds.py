"""The table of kinds of tagger: a new kind is a file and a row, for every command."""

import pytest

from bioalbert_core.evaluate.columns import read_scores
from bioalbert_core.finetune.__main__ import main
from bioalbert_core.ner import kinds
from bioalbert_core.ner.bio import read_bio
from bioalbert_core.ner.kinds import KINDS, Kind, kind_of, load_tagger
from bioalbert_core.ner.recognizer import EntityRecognizer
from bioalbert_core.ner.sequence_tagger import Prediction
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import read_json, write_json


class FirstWord:
    """A kind of its own: the first word of a sentence is a mention of the first type."""

    def __init__(self, labels: list[str]) -> None:
        self.labels = labels

    @classmethod
    def make(cls, spec: kinds.TaggerSpec) -> "FirstWord":
        assert spec.datasets[0] and spec.labels[0] == "O"
        return cls(spec.labels)

    def predict(self, sentences):
        first = self.labels[1]
        return [
            Prediction(((first,) + ("O",) * len(s))[: len(s)], (0.5,) * len(s)) for s in sentences
        ]

    def save(self, folder) -> None:
        write_json(folder / "config.json", {"model_type": "first-word", "labels": self.labels})

    @classmethod
    def load(cls, folder) -> "FirstWord":
        return cls(read_json(folder / "config.json")["labels"])


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "genes"
    folder.mkdir()
    for split in ("train", "devel", "test"):
        (folder / f"{split}.tsv").write_text("p53\tB-Gene\nbinds\tO\n", "utf-8")
    return folder


def test_a_row_is_all_that_a_new_kind_needs(data, tmp_path, monkeypatch, capsys, fails):
    monkeypatch.setitem(KINDS, "first-word", Kind(f"{__name__}:FirstWord", ignored="head"))
    where = ["--data", str(data), "--model", "first-word", "--out", str(tmp_path / "run")]
    assert "--head: does nothing with first-word" in fails(main, *where, "--head", "crf")
    main(where)
    assert "all types             100.0  100.0  100.0" in capsys.readouterr().out
    assert read_json(tmp_path / "run" / "manifest.json")["inputs"]["model"] == "first-word"
    assert read_bio(tmp_path / "run" / "test_predictions.tsv") == read_bio(data / "test.tsv")
    assert read_scores(tmp_path / "run" / "test_predictions.tsv") == [(0.5, 0.5)]
    (entity,) = EntityRecognizer.load(tmp_path / "run")("BRCA1 binds.")
    assert (entity.text, entity.type, entity.score) == ("BRCA1", "Gene", 0.5)


@pytest.mark.parametrize("name", KINDS)
def test_each_row_names_a_class_that_can_be_made_saved_and_loaded(name):
    assert kind_of(name) is KINDS[name]
    for method in ("make", "load", "save", "predict"):
        assert callable(getattr(KINDS[name].tagger, method))


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        load_tagger(tmp_path / "nowhere")
