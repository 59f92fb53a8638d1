"""Training steps a second beside Hugging Face's ALBERT on torch: one machine, shapes, one run.

    pip install -e ".[bench]"
    python tests/bench/pretrain_speed.py [--turns 7] [--backend tensorflow] [--cases 128 512]

ALBERT-base, 128 pieces in batches of 16 and 512 in batches of 4, in float32 and in bfloat16 (torch:
by autocast). Who trains, and what a step holds, says `step_peers.py`. Each has a process of its
own; they take turns, a step each, so that whatever else the machine does slows all. Their first two
steps, which compile, do not count. The peak of matrix products is measured in each turn too, by the
kit. Medians of all are set against each other.

Ends with 1 when the kit with LAMB is not ahead of Hugging Face's own loss by 1.3 in float32 and 1.2
in bfloat16, or takes less than 70 % of the peak in float32 at 128.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))
from bioalbert_core.config import AlbertConfig, PretrainConfig
from bioalbert_core.pretrain.planning.speed import Work, work_of

PEERS = Path(__file__).with_name("step_peers.py")
WHO = ("lamb", "adamw", "hugging-face", "hugging-face-masked")
NAMES = {
    "lamb": "the kit, LAMB",
    "adamw": "the kit, AdamW",
    "hugging-face": "Hugging Face, AdamW",
    "hugging-face-masked": "Hugging Face, AdamW, masked positions only",
}
BATCHES = {128: 16, 512: 4}
AHEAD = {"float32": 1.3, "mixed_bfloat16": 1.2}
SHARE = 0.7  # of the peak, in float32 at 128
WARM_UP = 2


@dataclass(frozen=True)
class Result:
    """Median seconds of a step of each, and the median of the peaks."""

    seconds: dict[str, float]
    peak: float

    def ahead(self, who: str) -> float:
        """How many times as fast as Hugging Face's own."""
        return self.seconds["hugging-face"] / self.seconds[who]


def started(who: str, length: int, precision: str, backend: str) -> subprocess.Popen:
    """A process that takes a step for each line."""
    return subprocess.Popen(
        [sys.executable, str(PEERS), who, str(length), str(BATCHES[length]), precision],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(process: subprocess.Popen, line: str = "step") -> float:
    """What it answers to a line."""
    print(line, file=process.stdin, flush=True)
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit(f"{process.args}: ended early")
    return float(answer)


def compare(length: int, precision: str, backend: str, turns: int, who: Sequence[str]) -> Result:
    """Turn about, one step each and the peak."""
    with ExitStack() as stack:
        peers = {}
        for name in who:
            peers[name] = stack.enter_context(started(name, length, precision, backend))
            stack.callback(peers[name].stdin.close)
            for _ in range(WARM_UP):
                ask(peers[name])
        ask(peers[who[0]], "peak")
        found: dict[str, list[float]] = {name: [] for name in (*who, "peak")}
        for _ in range(turns):
            found["peak"].append(ask(peers[who[0]], "peak"))
            for name in who:
                found[name].append(ask(peers[name]))
    peak = median(found.pop("peak"))
    return Result({name: median(seconds) for name, seconds in found.items()}, peak)


def rows(length: int, precision: str, result: Result) -> list[str]:
    """Lines of the table."""
    work = work_of_case(length, result.peak)
    return [
        f"| {length} x {BATCHES[length]} | {precision} | {NAMES[who]} | {1 / seconds:.3f} | "
        f"{work.tokens / seconds:,.0f} | {result.ahead(who):.2f} | "
        f"{work.flops / seconds / work.peak:.0%} of {work.peak / 1e9:,.0f} GFLOP/s |"
        for who, seconds in result.seconds.items()
    ]


def work_of_case(length: int, peak: float) -> Work:
    """What the kit computes in a step; to score all positions is no work that is wanted."""
    return work_of(PretrainConfig(AlbertConfig(), batch_size=BATCHES[length]), length, 20, peak)


def reached(length: int, precision: str, result: Result) -> bool:
    """Whether the kit is as fast as it must be."""
    work, seconds = work_of_case(length, result.peak), result.seconds["lamb"]
    busy = work.flops / seconds / work.peak >= SHARE
    return result.ahead("lamb") >= AHEAD[precision] and (
        busy or (length, precision) != (128, "float32")
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=7, help="counted steps of each")
    parser.add_argument("--backend", default="tensorflow", help="of the kit")
    parser.add_argument("--cases", type=int, nargs="*", default=[*BATCHES], help="lengths")
    parser.add_argument("--precisions", nargs="*", default=[*AHEAD])
    parser.add_argument("--who", nargs="*", default=[*WHO])
    options = parser.parse_args()
    print(f"kit on {options.backend}\n")
    print("| pieces | precision | who | steps/s | tokens/s | ratio | share of peak |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    good = True
    for length in options.cases:
        for precision in options.precisions:
            result = compare(length, precision, options.backend, options.turns, options.who)
            print(*rows(length, precision, result), sep="\n", flush=True)
            good &= reached(length, precision, result)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
