"""What a run of pre-training would take, told before it begins: ``pretrain --plan``.

Arithmetic on `counting` and on published figures of devices; `trial` measures this machine.

Where the paper's own setup lies
--------------------------------
A TPU v3-8 (Table II) is four chips of two cores. Each core has memory of its own and takes an
eighth of the batch: 128 sequences of base, 32 of large. GB that it needs for them by our count, in
float32 and in bfloat16:

>>> from bioalbert_core.config import PRETRAIN_PRESETS
>>> from bioalbert_core.pretrain.planning.corpora import paper_data
>>> def recipes(version):
...     names = [f"bioalbert-{version}-pubmed", f"bioalbert-{version}-pubmed-pmc"]
...     return [Plan(PRETRAIN_PRESETS[name], paper_data(name)) for name in names]
>>> for version in ("1.0", "1.1"):
...     plan = recipes(version)[0]
...     half = replace(plan, config=replace(plan.config, precision="mixed_bfloat16"))
...     print([round(it.memory(ACCELERATORS[0]) / 1e9, 1) for it in (plan, half)])
[58.8, 29.5]
[39.1, 19.7]

A core has 16, and the graph stored with the released base has all 128 at a time. So values of the
forward pass must have been computed a second time for the backward pass, as the compiler for TPUs
can do; the paper is silent. Days on PubMed and then on PubMed + PMC, at 40 % of the TPU's peak:

>>> for version in ("1.0", "1.1"):
...     seconds = [plan.seconds(0.4 * ACCELERATORS[0].peak) for plan in recipes(version)]
...     print([round(it / 86_400, 1) for it in seconds])
[3.5, 4.7]
[3.0, 4.1]
"""

import math
from dataclasses import dataclass, replace
from textwrap import TextWrapper

from bioalbert_core.albert.counting import Cost, cost
from bioalbert_core.config import PretrainConfig
from bioalbert_core.pretrain.planning.corpora import Data

UTILIZATION = 0.4  # of the peak; assumed


@dataclass(frozen=True)
class Accelerator:
    """Something to train on; each of its ``parts`` has ``memory`` and takes a share of a batch."""

    name: str
    parts: int
    memory: float
    """Bytes of one part."""
    peak: float
    """FLOPs a second of all parts: matrix products in bfloat16, without sparsity."""


# From Google's pages on TPU v3 (123 TFLOP/s and 32 GiB a chip; older ones have 420 for four chips)
# and v5e, and NVIDIA's on the H200 SXM.
ACCELERATORS = (
    Accelerator("TPU v3-8", 8, 16e9, 4 * 123e12),
    Accelerator("TPU v5e-1", 1, 16e9, 197e12),
    Accelerator("TPU v5e-8", 8, 16e9, 8 * 197e12),
    Accelerator("H200", 1, 141e9, 989e12),
)


@dataclass(frozen=True)
class Plan:
    """A run, and what follows from it."""

    config: PretrainConfig
    data: Data

    @property
    def cost(self) -> Cost:
        """Parameters, and what one sequence takes."""
        shape = replace(self.config.model, vocab_size=self.data.vocab_size)
        return cost(shape, self.data.made.seq_len, self.data.made.max_predictions)

    @property
    def sequences(self) -> int:
        """Gone through in all steps."""
        return self.config.steps * self.config.batch_size

    def seconds(self, speed: float) -> float:
        """All steps, at so many FLOPs a second."""
        return self.sequences * self.cost.training_flops / speed

    def memory(self, device: Accelerator, micro_batch: int | None = None) -> float:
        """Bytes that each part of a device needs, with this micro-batch or the config's.

        Weights, gradients and two moments; where a batch comes in several parts, the sum of their
        gradients; the activations of what one part of the device has at a time.
        """
        batch = self.config.batch_size
        at_once = micro_batch or self.config.micro_batch or batch
        sums = 4 * self.cost.parameters if at_once < batch else 0
        share = math.ceil(at_once / device.parts)
        return sums + self.cost.training_bytes(share, self.config.precision)

    def fitting(self, device: Accelerator) -> int | None:
        """The largest micro-batch that fits into a device and divides the batch; None: not one."""
        batch = self.config.batch_size
        sizes = (batch // n for n in range(1, batch + 1) if batch % n == 0)
        return next((n for n in sizes if self.memory(device, n) <= device.memory), None)


def describe(plan: Plan, speed: float, how: str) -> str:
    """The plan in words, with what it assumes.

    Args:
        speed: FLOPs a second of this machine, counted as `counting` does.
        how: how that was measured.
    """
    config, data, cost = plan.config, plan.data, plan.cost
    step, state = config.batch_size * cost.training_flops, cost.training_bytes(0)
    each = cost.training_bytes(1, config.precision) - state
    rounds = plan.sequences / data.instances
    row = "{:12} {:>14} {:>13} {:>8}  {:16} {:>14}".format
    facts = [
        f"model    {cost.parameters:,} parameters; {data.made.seq_len} pieces, "
        f"{data.made.max_predictions} predictions",
        f"work     {si(cost.training_flops)}FLOP a sequence, {si(step)}FLOP a step of "
        f"{config.batch_size:,}, {si(plan.seconds(1))}FLOP in {config.steps:,} steps",
        f"memory   {si(state)}B for weights, gradients and moments; {si(each)}B for each sequence",
        f"disk     {si(data.size)}B for {data.instances:,} instances and those held out; "
        f"{si(12 * cost.parameters)}B a checkpoint",
        f"passes   {plan.sequences:,} sequences are {rounds:.2f} times the instances, "
        f"{rounds * data.made.passes:.2f} times the text",
    ]
    table = [
        row("device", "peak", "memory needed", "has", "", "time"),
        *(row(*_cells(plan, device)) for device in ACCELERATORS),
        row("this machine", "", "", "", "", duration(plan.seconds(speed))),
    ]
    assumed = [
        f"Time: at {UTILIZATION:.0%} of the peak, which is for products in bfloat16 (an H200 has "
        "at best half of it in float32). Narrow models reach less, as tiny and small. Padding is "
        "work too. Evaluation, checkpoints and what data or disk keep waiting come on top.",
        f"This machine: {si(speed)}FLOP/s, measured: {how}.",
        f"Memory: of each core or chip, by count: float32 weights, layers in {config.precision}, "
        "nothing computed twice. Frameworks hold more beside. A micro-batch is what all of a "
        "device has at a time.",
        f"Instances: {data.source}; --dupe-factor {data.made.passes}, {data.made.masking} masks.",
    ]
    wrap = TextWrapper(100, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join([*facts, "", *table, "", "Assumed:", *map(wrap.fill, assumed)])


def _cells(plan: Plan, device: Accelerator) -> tuple[str, ...]:
    needed, size = plan.memory(device), plan.fitting(device)
    fits = "fits" if needed <= device.memory else f"micro-batch {size}" if size else "too small"
    time = duration(plan.seconds(UTILIZATION * device.peak))
    memory = f"{si(needed)}B", f"{si(device.memory)}B"
    return device.name, f"{si(device.peak)}FLOP/s", *memory, fits, time


def si(value: float) -> str:
    """Three digits and a prefix.

    >>> si(59.5e18), si(0.5), si(999_999)
    ('59.5 E', '0.5 ', '1 M')
    """
    power = next((n for n in range(6) if abs(value) < 999.5 * 1000**n), 6)
    return f"{value / 1000**power:.3g} {' kMGTPE'[power].strip()}"


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them.

    >>> duration(75_600), duration(8_640_000_000), duration(7)
    ('21.0 hours', '100,000 days', '7.0 seconds')
    """
    if seconds < 1:
        return "under a second"
    units = (("days", 86_400), ("hours", 3600), ("minutes", 60))
    unit, size = next((it for it in units if seconds >= it[1]), ("seconds", 1))
    count = seconds / size
    return f"{count:,.{1 if count < 100 else 0}f} {unit}"
