"""The evaluate command: what it prints and writes, its figure, and what it refuses."""

import json
import re

import pytest

from bioalbert_core.evaluate import __main__ as command
from bioalbert_core.evaluate.comparison import evaluate
from bioalbert_core.ner.scores import strict_scores
from bioalbert_core.show.scores import score_figure

GOLD = "Lung\tB-Ill\ncancer\tI-Ill\nin\tO\nmice\tB-Species\n\np53\tB-Gene\nbinds\tO\nATM\tB-Gene\n"
PRED = "Lung\tB-Ill\ncancer\tO\nin\tO\nmice\tB-Species\n\np53\tB-Gene\nbinds\tB-Gene\nATM\tI-Ill\n"
TRAIN = "Mice\tB-Species\nhave\tO\np53\tB-Gene\n"
SCORED = re.sub("(?<=.)$", "\t0.9", PRED, flags=re.MULTILINE)


@pytest.fixture
def files(tmp_path):
    """Write texts to files by name, and give their paths."""

    def write(**texts):
        for name, text in texts.items():
            data = text if isinstance(text, bytes) else text.encode()
            (tmp_path / f"{name}.tsv").write_bytes(data)
        return [tmp_path / f"{name}.tsv" for name in texts]

    return write


def test_the_scores_are_those_of_the_parts(files):
    gold, pred, train = files(gold=GOLD, pred=PRED, train=TRAIN)
    scores = evaluate(gold, pred, [train])
    tags = [
        [line.split("\t")[1] for line in part.splitlines()]
        for text in (GOLD, PRED)
        for part in text.split("\n\n")
    ]
    strict = strict_scores(tags[:2], tags[2:])
    assert {key: scores[key] for key in strict} == strict
    assert scores["overall"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 4}
    assert scores["conlleval"]["overall"]["precision"] == 0.4  # ATM's stray I counts there
    kinds = {"correct": 2, "boundary": 1, "missed": 1, "spurious": 1}
    assert {k: v for k, v in scores["errors"]["overall"].items() if v} == kinds
    assert scores["novelty"]["seen"] == {"mentions": 2, "found": 2, "recall": 1.0}
    assert scores["novelty"]["unseen"] == {"mentions": 2, "found": 0, "recall": 0.0}
    assert scores["tokens"]["all_o"]["token_accuracy"] == 0.2857
    assert scores["tokens"]["predicted"]["strict_f1"] == 0.5
    assert (scores["intervals"]["unit"], scores["intervals"]["units"]) == ("sentence", 2)
    assert "calibration" not in scores and "versus" not in scores


def test_units_are_documents_where_gold_names_them(files):
    documents = "".join(f"-DOCSTART-\tO\n\n{GOLD}\n" for _ in range(3))
    gold, pred = files(gold=documents, pred=f"{PRED}\n" * 3)
    intervals = evaluate(gold, pred)["intervals"]
    assert (intervals["unit"], intervals["units"]) == ("document", 3)
    assert intervals["overall"]["f1"] == [0.5, 0.5]  # the three are alike


def test_a_third_column_gives_the_calibration(files):
    gold, pred, scored = files(gold=GOLD, pred=PRED, scored=SCORED)
    scores = evaluate(gold, scored)
    found = scores.pop("calibration")
    assert found["mentions"] == 4
    assert found["expected_calibration_error"] == pytest.approx(0.4)  # 0.9, and half are right
    plain = evaluate(gold, pred)
    assert scores.pop("notes") == [plain.pop("notes")[0].replace("pred.tsv", "scored.tsv")]
    assert scores == plain


def test_two_systems_are_compared(files):
    gold, pred, good = files(gold=GOLD * 30, pred=PRED * 30, good=GOLD * 30)
    versus = evaluate(gold, good, versus=pred)["versus"]
    assert versus["file"] == str(pred)
    assert versus["f1"] == evaluate(gold, pred)["overall"]["f1"]
    assert versus["f1_difference"] == pytest.approx(1 - versus["f1"])
    assert versus["interval"][0] > 0
    assert versus["p"] == 0.001


def test_the_command_prints_tables_and_writes_what_it_was_asked_for(files, tmp_path, capsys):
    gold, pred, train = map(str, files(gold=GOLD, pred=PRED, train=TRAIN))
    out = ["--json", f"{tmp_path}/scores.json", "--html", f"{tmp_path}/scores.html"]
    arguments = ["--gold", gold, "--pred", pred, "--train", train, train, "--versus", gold]
    command.main([*arguments, *out, "--seed", "3"])
    told = capsys.readouterr().out
    assert re.search(r"^all types +50\.0 +50\.0 +50\.0 +4 +\d", told, re.MULTILINE)
    assert re.search(r"^seen in training +2 +2 +100\.0$", told, re.MULTILINE)
    assert re.search(r"^strict entity F1 +50\.0 +0\.0$", told, re.MULTILINE)
    assert f"against {gold} (strict F1 100.0): -50.0 (95 % interval " in told
    blocks = [block.splitlines() for block in told.split("\n\n")]
    assert len({len(line) for line in blocks[0][:-1]}) == 1  # the columns of a table are straight
    scores = json.loads((tmp_path / "scores.json").read_text("utf-8"))
    assert scores == evaluate(gold, pred, [train], gold, seed=3)
    page = (tmp_path / "scores.html").read_text("utf-8")
    assert "Errors" not in page and "spurious" in page and "<script src" not in page


def test_the_table_tells_of_calibration(files, capsys):
    gold, scored = map(str, files(gold=GOLD, scored=SCORED))
    command.main(["--gold", gold, "--pred", scored])
    told = capsys.readouterr().out
    assert re.search(r"^90\.0 to 100\.0 +4 +90\.0 +50\.0\nexpected .* error 40\.0", told, re.M)


def test_nothing_but_o_is_scored_too(files, capsys):
    (gold,) = map(str, files(gold="nothing\tO\nhere\tO\n"))
    command.main(["--gold", gold, "--pred", gold, "--versus", gold, "--train", gold])
    told = capsys.readouterr().out
    assert re.search(r"^all types +0\.0 +0\.0 +0\.0 +0 +0\.0 to 0\.0$", told, re.MULTILINE)
    assert re.search(r"^seen in training +0 +0 +-$", told, re.MULTILINE)


def test_the_figure_shows_what_the_scores_say(files):
    gold, pred = files(gold=GOLD, pred=PRED)
    scores = evaluate(gold, pred)
    f1, *kinds = score_figure(scores, "Mine").data
    assert (list(f1.y), list(f1.x)) == (
        ["Gene", "Ill", "Species", "all types"],
        [row["f1"] for row in (*scores["types"].values(), scores["overall"])],
    )
    low, high = scores["intervals"]["overall"]["f1"]
    assert f1.x[-1] + f1.error_x.array[-1] == pytest.approx(high)
    assert f1.x[-1] - f1.error_x.arrayminus[-1] == pytest.approx(low)
    assert {bar.name: sum(bar.y) for bar in kinds} == scores["errors"]["overall"]
    bins = [{"low": 0.8, "high": 0.9, "mentions": 4, "mean_score": 0.85, "precision": 0.5}]
    with_scores = score_figure(scores | {"calibration": {"bins": bins}}, "Mine")
    *_, line, points = with_scores.data
    assert (list(line.x), list(points.x), list(points.y)) == ([0, 1], [0.85], [0.5])


WRONG = {
    "fewer sentences": (GOLD, "Lung\tO\n", "pred.tsv: 1 sentences"),
    "other words": (GOLD, PRED.replace("mice", "rats"), "pred.tsv: sentence 1 "),
    "other lengths": (GOLD, PRED.replace("binds\tB-Gene\n", ""), "pred.tsv: sentence 2 "),
    "no tab": (GOLD, PRED.replace("in\tO", "in O"), "pred.tsv: line 3: "),
    "no tag": (GOLD, PRED.replace("in\tO", "in\tQ"), "pred.tsv: line 3: "),
    "stray I in gold": (GOLD.replace("B-Species", "I-Species"), PRED, "gold.tsv: line 4: "),
    "bare gold": (re.sub("-[A-Z].*", "", GOLD), PRED, "mixed schemes"),
    "bare predictions": (GOLD, re.sub("-[A-Z].*", "", PRED), "mixed schemes"),
    "half bare predictions": (GOLD, PRED.replace("B-Species", "B"), "mixed schemes"),
    "empty": (GOLD, "", "pred.tsv: the file is empty"),
    "blank": (GOLD, "\n\n", "pred.tsv: no tagged sentence"),
    "binary": (GOLD, b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "pred.tsv: line 1: not UTF-8"),
    "zeros": (GOLD, b"\0" * 400, "pred.tsv: line 1: "),
    "half a third column": (GOLD, PRED.replace("in\tO", "in\tO\t0.5"), "is not a probability"),
    "a word for a score": (GOLD, SCORED.replace("0.9", "high", 1), "pred.tsv: line 1: "),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_told_and_nothing_is_written(files, fails, tmp_path, case):
    gold_text, pred_text, words = WRONG[case]
    gold, pred = files(gold=gold_text, pred=pred_text)
    for option, other in (("--pred", []), ("--versus", ["--pred", gold])):
        if option == "--versus" and ("column" in case or "score" in case or "gold" in case):
            continue  # no score is read of the other system, and gold is the prediction here
        arguments = ["--gold", gold, option, pred, *other, "--json", tmp_path / "out.json"]
        assert words in fails(command.main, *arguments)
        assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--json", "scores.txt"),
        ("--html", "page.json"),
        ("--seed", "-1"),
        ("--train", "nowhere"),
        ("--type", "a gene"),
    ],
)
def test_bad_options_are_told(files, fails, option, value):
    gold, pred = files(gold=GOLD, pred=PRED)
    assert value in fails(command.main, "--gold", gold, "--pred", pred, option, value)


def test_training_data_of_another_scheme_is_told(files, fails):
    gold, pred, train = files(gold=GOLD, pred=PRED, train="mice\tB\n")
    told = fails(command.main, "--gold", gold, "--pred", pred, "--train", train)
    assert "train.tsv: mixed schemes" in told


def test_bare_tags_are_read_as_the_type_that_is_named(files, capsys):
    gold, pred = files(gold="mice\tB\nare\tO\n", pred="mice\tB-Species\nare\tO\n")
    command.main(["--gold", str(gold), "--pred", str(pred), "--type", "Species"])
    assert "Species               100.0  100.0  100.0" in capsys.readouterr().out


def notes_of(capsys, *arguments) -> str:
    """The last block of what the command prints."""
    command.main(list(map(str, arguments)))
    return capsys.readouterr().out.rstrip("\n").split("\n\n")[-1]


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ("B-X I-X E-X O S-Y", "IOBES tags read as BIO: 2"),
        ("B-X I-X L-X O U-Y", "BILOU tags read as BIO: 2"),
        ("B I E O S", "IOBES tags read as BIO: 2"),
    ],
)
def test_another_scheme_is_read_as_bio_and_told_of_each_file(files, capsys, tags, told):
    def lines(tags):
        return "".join(f"w\t{tag}\n" for tag in tags.split())

    bio = lines("B-X I-X I-X O B-Y" if "-" in tags else "B I I O B")
    other, plain = files(other=lines(tags), plain=bio)
    for gold, pred in ((other, plain), (plain, other), (other, other)):
        assert evaluate(gold, pred)["overall"]["f1"] == 1.0
        assert notes_of(capsys, "--gold", gold, "--pred", pred) == f"{other}: {told}"
    files_given = ("--gold", plain, "--pred", plain, "--train", other, "--versus", other)
    assert notes_of(capsys, *files_given) == f"{other}: {told}"


def test_illegal_predicted_tags_are_reported_and_scored_strictly(files, capsys):
    gold, pred = files(gold="a\tB-X\nb\tO\n\nc\tB-X\n", pred="a\tI-X\nb\tO\n\nc\tI-X\n")
    assert evaluate(gold, pred)["overall"]["f1"] == 0.0
    told = notes_of(capsys, "--gold", gold, "--pred", pred)
    assert told.startswith(f"{pred}: line 1: I-X continues nothing; make it a B (illegal tags, ")
    assert told.endswith(" 2)")


def test_bare_tags_take_the_name_of_the_only_type_and_it_is_told(files, capsys):
    bare, typed = files(bare="mice\tB\nare\tO\n", typed="mice\tB-Species\nare\tO\n")
    for gold, pred in ((bare, typed), (typed, bare)):
        assert list(evaluate(gold, pred)["types"]) == ["Species"]
        assert evaluate(gold, pred)["overall"]["f1"] == 1.0
        told = notes_of(capsys, "--gold", gold, "--pred", pred, "--train", bare)
        assert told == f"{bare}: bare tags read as Species"
    assert evaluate(bare, bare)["notes"] == []
    assert evaluate(bare, typed, bare="Gene")["overall"]["f1"] == 0.0


@pytest.mark.parametrize("number", ["1e+00", ".95", "1E-3", "1.", "+0.5", "0"])
def test_probabilities_may_be_written_in_any_way(files, number):
    gold, pred = files(gold="p53\tB-Gene\n", pred=f"p53\tB-Gene\t{number}\n")
    (row,) = evaluate(gold, pred)["calibration"]["bins"]
    assert row["mean_score"] == pytest.approx(float(number), abs=1e-4)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1.01", "-1e-9", "1e", "0,5", "0x1"])
def test_what_is_no_probability_is_told_with_its_line(files, fails, number):
    gold, pred = files(gold=GOLD, pred=SCORED.replace("0.9", number, 1))
    for side in ((gold, pred), (pred, gold)):
        told = fails(command.main, "--gold", side[0], "--pred", side[1])
        assert f"pred.tsv: line 1: '{number}' is not a probability" in told


def test_the_columns_are_straight_whatever_a_type_is_called(files, capsys):
    name = "Amino_acid_peptide_or_protein"
    (gold,) = files(gold=f"p53\tB-{name}\nis\tO\nill\tB-X\n")
    command.main(["--gold", str(gold), "--pred", str(gold)])
    strict, _, kinds, _ = capsys.readouterr().out.split("\n\n")
    for table in (strict.splitlines()[:-1], kinds.splitlines()):
        assert len({len(line) for line in table}) == 1
        assert any(line.startswith(f"{name} ") for line in table)


def test_without_plotly_a_page_is_refused_before_anything_is_written(
    files, fails, tmp_path, monkeypatch
):
    gold, pred = files(gold=GOLD, pred=PRED)
    monkeypatch.setitem(__import__("sys").modules, "bioalbert_core.show.scores", None)
    out = ["--json", tmp_path / "s.json", "--html", tmp_path / "s.html"]
    assert "pip install" in fails(command.main, "--gold", gold, "--pred", pred, *out)
    assert not (tmp_path / "s.json").exists()
