"""Token-level scores, counted per word. They are not the F1 of entities.

Nearly all words are ``O``, and ``O`` is easy: on the test split of LINNAEUS, a tagger that finds
nothing (`scores.all_o`) has a token accuracy of 98.6 % and a weighted F of 98.0 %, but a strict
entity F1 of 0. Such numbers have been published as the F1 of entities.
"""

import numpy as np

from bioalbert_core.ner.scores import Tags


def token_scores(gold: Tags, predicted: Tags) -> dict[str, float]:
    """Three scores over all words, fractions between 0 and 1.

    - ``token_accuracy``: the share of words with the right tag, ``O`` included;
    - ``weighted_tag_f_with_o``: the F of each tag, weighted by its frequency in gold, ``O``
      included (the "weighted avg" of scikit-learn's report);
    - ``macro_tag_f_without_o``: the plain mean of the F of each B and I tag.

    >>> gold = [["B-Gene", "I-Gene"] + ["O"] * 98]
    >>> token_scores(gold, [["O"] * 100])["token_accuracy"]
    0.98
    """
    tags = sorted({tag for side in (gold, predicted) for row in side for tag in row})
    right, guess = _numbers(gold, tags), _numbers(predicted, tags)
    size = len(tags)
    table = np.bincount(right * size + guess, minlength=size * size).reshape(size, size)
    both, in_gold, in_guess = table.diagonal(), table.sum(1), table.sum(0)
    f = 2 * both / (in_gold + in_guess)  # every tag has a word
    entity = np.array([tag != "O" for tag in tags])
    return {
        "token_accuracy": round(float(both.sum() / table.sum()), 4),
        "weighted_tag_f_with_o": round(float(f @ in_gold / table.sum()), 4),
        "macro_tag_f_without_o": round(float(f[entity].mean()), 4) if entity.any() else 0.0,
    }


def _numbers(rows: Tags, tags: list[str]) -> np.ndarray:
    number = {tag: index for index, tag in enumerate(tags)}
    return np.array([number[tag] for row in rows for tag in row])
