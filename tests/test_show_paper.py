"""The paper's tables: whole, as printed, and what does not add up is told."""

import pytest
from lxml import html

from bioalbert_core.config import ALBERT_BASE, ALBERT_LARGE, FINETUNE_PRESETS, PRETRAIN_PRESETS
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.show.paper import (
    ALL_SETS,
    MEASURES,
    TABLES,
    adds_up,
    computed_f1,
    data_sets,
    of_set,
    paper_html,
    read_table,
    results_figure,
)

SYSTEMS = 9


def test_table_v_has_a_row_for_each_data_set_and_system():
    rows = read_table(5)
    assert len({(row["data set"], row["system"]) for row in rows}) == len(rows) == 8 * SYSTEMS
    assert all(0 < float(row[measure]) <= 100 for row in rows for measure in MEASURES)
    assert len(data_sets()) == 8


def test_f1_follows_from_precision_and_recall_but_for_these():
    wrong = [(row["data set"], row["system"]) for row in read_table(5) if not adds_up(row)]
    assert wrong == [
        ("NCBI Disease", "SOTA"),
        ("BC5CDR-disease", "BioALBERT 1.1 (PubMed+PMC) Large"),
        ("JNLPBA", "BioALBERT 1.1 (PubMed+PMC) Large"),
        ("Species-800", "SOTA"),
    ]


def test_f1_of_species_800():
    (row,) = (it for it in of_set(read_table(5), "Species-800") if it["system"] == "SOTA")
    assert row["F1"] == "74.98" and computed_f1(row) == pytest.approx(75.14, abs=0.005)
    assert "75.14" in paper_html(5, "Species-800")


def test_the_presets_are_the_tables():
    first = {row["setting"]: row for row in read_table(1)}
    for version, shape in (("BioALBERT 1.0", ALBERT_BASE), ("BioALBERT 1.1", ALBERT_LARGE)):
        assert int(first["Hidden size"][version]) == shape.hidden_size
        assert int(first["Number of layers"][version]) == shape.num_layers
        assert int(first["Number of attention heads"][version]) == shape.num_heads
        assert int(first["Vocab size"][version]) == shape.vocab_size
    third = {row["setting"]: row["value"] for row in read_table(3)}
    paper = FINETUNE_PRESETS["paper"]
    assert float(third["Learning rate"]) == paper.peak_learning_rate
    assert int(third["Training steps"]) == paper.steps
    batches = {row["batch size"] for row in read_table(2) if row["size"] == "Large"}
    assert batches == {str(PRETRAIN_PRESETS["bioalbert-1.1-pubmed"].batch_size)}


@pytest.mark.parametrize("number", TABLES)
def test_each_table_is_shown_whole(number):
    rows = html.fromstring(paper_html(number)).xpath(".//tbody/tr")
    assert len(rows) == len(read_table(number))
    first = [cell.text_content() for cell in rows[0]]
    assert first[: len(read_table(number)[0])] == list(read_table(number)[0].values())


@pytest.mark.parametrize("measure", MEASURES)
def test_bars_are_the_numbers_as_printed(measure):
    figure = results_figure(measure)
    assert len(figure.data) == SYSTEMS
    drawn = {
        (name, trace.name): value
        for trace in figure.data
        for name, value in zip(trace.x, trace.y, strict=True)
    }
    assert drawn == {(row["data set"], row["system"]): float(row[measure]) for row in read_table(5)}
    low, high = figure.layout.yaxis.range
    assert low <= min(drawn.values()) and high == 100


def test_one_data_set_alone():
    figure = results_figure("F1", "JNLPBA")
    assert {name for trace in figure.data for name in trace.x} == {"JNLPBA"}
    assert len(html.fromstring(paper_html(5, "JNLPBA")).xpath(".//tbody/tr")) == SYSTEMS
    assert len(of_set(read_table(5), ALL_SETS)) == 8 * SYSTEMS


def test_a_missing_table_is_told_in_words(monkeypatch, tmp_path):
    (tmp_path / "mini").mkdir()
    monkeypatch.setattr("bioalbert_core.show.paper.data_folder", lambda: tmp_path / "mini")
    with pytest.raises(UserError, match=r"table1\.csv"):
        read_table(1)
