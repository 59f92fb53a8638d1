"""The whole pass: every command of the demo on the embedded data, with few training steps."""

import json
import re

import pytest

from bioalbert_core import demo
from bioalbert_core.plumbing.shipped import data_folder


@pytest.mark.slow
def test_the_demo_goes_from_raw_text_to_a_page(tmp_path, capsys):
    demo.main(["--out", str(tmp_path / "run"), "--pretrain-steps", "4", "--finetune-steps", "40"])
    told = capsys.readouterr().out
    manifest = json.loads((tmp_path / "run/corpus/manifest.json").read_text("utf-8"))
    assert manifest["counts"]["dropped_title_only"] == 1
    assert f"{manifest['counts']['sentences']:,} sentences" in told
    for words in ("MLM accuracy", "SOP accuracy", "strict entity F1", "entities.html"):
        assert words in told.split("What happened")[1]

    # The commands it printed are the ones it ran, and evaluate agrees with finetune.
    assert told.count("$ python -m bioalbert_core.") == 9
    scores = json.loads((tmp_path / "run/tagger/scores.json").read_text("utf-8"))
    table = re.search(r"all types +([\d.]+) +([\d.]+) +([\d.]+)", told.split("evaluate")[1])
    assert float(table[3]) == round(100 * scores["ner"]["test"]["overall"]["f1"], 1)

    texts = {
        path.stem: path.read_text("utf-8") for path in (data_folder() / "test_texts").iterdir()
    }
    lines = (tmp_path / "run/entities/entities.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["id"] for line in lines} == set(texts)
    for document in map(json.loads, lines):
        assert document["text"] == texts[document["id"]]
        for entity in document["entities"]:
            assert document["text"][entity["start"] : entity["end"]] == entity["text"]


def test_what_was_stopped_is_resumed_and_what_is_finished_made_again(tmp_path):
    (tmp_path / ".tagger.partial").mkdir()
    (tmp_path / ".tagger.partial" / "checkpoint-0000000004.safetensors").touch()
    trained = demo.commands(demo.DemoSettings(tmp_path))[3:5]
    assert [("--resume" in command) for command in trained] == [False, True]
    assert all(word for command in trained for word in command)
