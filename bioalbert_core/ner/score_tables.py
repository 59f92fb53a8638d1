"""All that `evaluate` found, as lines of text: percent, one block a question."""

from bioalbert_core.ner.errors_by_kind import KINDS
from bioalbert_core.ner.intervals import RATES
from bioalbert_core.ner.scores import aligned

OTHER_WAYS = {
    "exact": "exact: right ends, any type",
    "partial": "partial: an overlap counts half, any type",
    "type": "type: right type, any overlap",
}
TOKEN_NAMES = {
    "token_accuracy": "token accuracy",
    "weighted_tag_f_with_o": "weighted tag F, O included",
    "macro_tag_f_without_o": "macro tag F, without O",
    "strict_f1": "strict entity F1",
}


def report(scores: dict) -> str:
    """The text of a whole evaluation, as `evaluate.evaluate` returns it."""
    blocks = [strict_block(scores), other_block(scores), kind_block(scores["errors"])]
    if "novelty" in scores:
        blocks.append(novelty_block(scores["novelty"]))
    blocks.append(token_block(scores["tokens"]))
    if "calibration" in scores:
        blocks.append(calibration_block(scores["calibration"]))
    if "versus" in scores:
        blocks.append(versus_line(scores["versus"]))
    if scores["notes"]:
        blocks.append("\n".join(scores["notes"]))
    return "\n\n".join(blocks)


def percent(fraction: float | None) -> str:
    """A fraction as percent with one digit, or a dash for none.

    >>> percent(0.1234), percent(None)
    ('12.3', '-')
    """
    return "-" if fraction is None else f"{100 * fraction:.1f}"


def strict_block(scores: dict) -> str:
    """Strict scores by type and overall, with the interval of F1."""
    rows = [["strict entity scores", "P", "R", "F1", "entities", "F1, 95 % interval"]]
    intervals = scores["intervals"]
    for name, row, interval in (
        *((it, scores["types"][it], intervals["types"][it]) for it in scores["types"]),
        ("all types", scores["overall"], intervals["overall"]),
    ):
        low, high = map(percent, interval["f1"])
        rows.append([name, *_rates(row), str(row["support"]), f"{low} to {high}"])
    told = f"(intervals: {intervals['samples']:,} bootstrap samples of {intervals['units']:,} "
    return f"{aligned(rows)}\n{told}{intervals['unit']}s)"


def other_block(scores: dict) -> str:
    """The lenient reading and the other schemas, over all types."""
    rows = [["other ways to count", "P", "R", "F1"]]
    rows.append(["conlleval: a stray I opens an entity", *_rates(scores["conlleval"]["overall"])])
    rows += [[text, *_rates(scores["schemas"][name])] for name, text in OTHER_WAYS.items()]
    return aligned(rows)


def _rates(row: dict) -> list[str]:
    return [percent(row[key]) for key in RATES]


def kind_block(errors: dict) -> str:
    """Findings by kind and type."""
    rows = [["errors by kind", *KINDS]]
    for name, row in (*errors["types"].items(), ("all types", errors["overall"])):
        rows.append([name, *(str(row[kind]) for kind in KINDS)])
    return aligned(rows)


def novelty_block(novelty: dict) -> str:
    """Recall of mentions seen in training and of new ones."""
    rows = [["entities of gold", "number", "found", "recall"]]
    for key, text in (("seen", "seen in training"), ("unseen", "not seen in training")):
        row = novelty[key]
        rows.append([text, str(row["mentions"]), str(row["found"]), percent(row["recall"])])
    return aligned(rows)


def token_block(tokens: dict) -> str:
    """Scores of tags beside those of a tagger that finds nothing."""
    rows = [["token-level scores, not of entities", "predicted", "O everywhere"]]
    for key, text in TOKEN_NAMES.items():
        rows.append([text, percent(tokens["predicted"][key]), percent(tokens["all_o"][key])])
    return aligned(rows)


def calibration_block(calibration: dict) -> str:
    """The reliability table and the error that sums it up."""
    rows = [["score of an entity", "entities", "mean score", "right"]]
    for it in calibration["bins"]:
        name = f"{percent(it['low'])} to {percent(it['high'])}"
        cells = (percent(it["mean_score"]), percent(it["precision"]))
        rows.append([name, str(it["mentions"]), *cells])
    error = percent(calibration["expected_calibration_error"])
    return f"{aligned(rows)}\nexpected calibration error {error}"


def versus_line(versus: dict) -> str:
    """The other system, and whether the difference could be chance."""
    low, high = (f"{100 * bound:+.1f}" for bound in versus["interval"])
    return (
        f"against {versus['file']} (strict F1 {percent(versus['f1'])}): "
        f"{100 * versus['f1_difference']:+.1f} (95 % interval {low} to {high}), "
        f"p = {versus['p']:.3f}"
    )
