"""All scores of an evaluation as text: percentages, one block per question."""

from bioalbert_core.evaluate.intervals import RATES
from bioalbert_core.ner.errors_by_kind import KINDS
from bioalbert_core.ner.scores import aligned

SCHEMAS = {
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
    """The text of an evaluation, as `comparison.evaluate` returns it."""
    blocks = [strict_block(scores), other_block(scores)]
    blocks += [block(scores[key]) for key, block in BLOCKS.items() if scores.get(key)]
    return "\n\n".join(blocks)


def percent(fraction: float | None) -> str:
    """A fraction as a percentage with one decimal, or a dash for None.

    >>> percent(0.1234), percent(None)
    ('12.3', '-')
    """
    return "-" if fraction is None else f"{100 * fraction:.1f}"


def _rates(scores: dict) -> list[str]:
    return [percent(scores[key]) for key in RATES]


def strict_block(scores: dict) -> str:
    """Strict scores by type and overall, with the interval of F1."""
    rows = [["strict entity scores", "P", "R", "F1", "entities", "F1, 95 % interval"]]
    intervals = scores["intervals"]
    for name, row in [*scores["types"].items(), ("all types", scores["overall"])]:
        interval = intervals["overall"] if row is scores["overall"] else intervals["types"][name]
        low, high = map(percent, interval["f1"])
        rows.append([name, *_rates(row), str(row["support"]), f"{low} to {high}"])
    samples = f"{intervals['samples']:,} bootstrap samples of {intervals['units']:,}"
    return f"{aligned(rows)}\n(intervals: {samples} {intervals['unit']}s)"


def other_block(scores: dict) -> str:
    """The lenient reading and the other schemas, over all types."""
    rows = [["other ways to count", "P", "R", "F1"]]
    rows.append(["conlleval: a stray I opens an entity", *_rates(scores["conlleval"]["overall"])])
    rows += [[text, *_rates(scores["schemas"][name])] for name, text in SCHEMAS.items()]
    return aligned(rows)


def kind_block(errors: dict) -> str:
    """Errors by kind and type."""
    rows = [["errors by kind", *KINDS]]
    for name, row in (*errors["types"].items(), ("all types", errors["overall"])):
        rows.append([name, *(str(row[kind]) for kind in KINDS)])
    return aligned(rows)


def novelty_block(novelty: dict) -> str:
    """Recall of seen and unseen mentions."""
    rows = [["entities of gold", "number", "found", "recall"]]
    for key, text in (("seen", "seen in training"), ("unseen", "not seen in training")):
        row = novelty[key]
        rows.append([text, str(row["mentions"]), str(row["found"]), percent(row["recall"])])
    return aligned(rows)


def token_block(tokens: dict) -> str:
    """Token-level scores, next to those of a tagger that predicts only O."""
    rows = [["token-level scores, not of entities", "predicted", "O everywhere"]]
    for key, text in TOKEN_NAMES.items():
        rows.append([text, percent(tokens["predicted"][key]), percent(tokens["all_o"][key])])
    return aligned(rows)


def calibration_block(calibration: dict) -> str:
    """The reliability table and the expected calibration error."""
    rows = [["score of an entity", "entities", "mean score", "right"]]
    for bin_ in calibration["bins"]:
        name = f"{percent(bin_['low'])} to {percent(bin_['high'])}"
        cells = (percent(bin_["mean_score"]), percent(bin_["precision"]))
        rows.append([name, str(bin_["mentions"]), *cells])
    error = percent(calibration["expected_calibration_error"])
    return f"{aligned(rows)}\nexpected calibration error {error}"


def versus_line(versus: dict) -> str:
    """The other system, and whether the difference is significant."""
    low, high = (f"{100 * bound:+.1f}" for bound in versus["interval"])
    return (
        f"against {versus['file']} (strict F1 {percent(versus['f1'])}): "
        f"{100 * versus['f1_difference']:+.1f} (95 % interval {low} to {high}), "
        f"p = {versus['p']:.3f}"
    )


BLOCKS = {
    "errors": kind_block,
    "novelty": novelty_block,
    "tokens": token_block,
    "calibration": calibration_block,
    "versus": versus_line,
    "notes": "\n".join,
}
"""After the first two blocks: one for each of these keys that the scores have, in this order."""
