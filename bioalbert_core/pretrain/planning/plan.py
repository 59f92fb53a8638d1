"""``pretrain --plan``: what a run would take, from `counting` and published figures of devices.

The paper trained on a TPU v3-8 (Table II): eight cores, each with its own memory and an eighth of
the batch (128 sequences of base, 32 of large). By our count, a core needs this many GB for them, in
float32 and in bfloat16:

>>> from bioalbert_core.config import PRETRAIN_PRESETS
>>> from bioalbert_core.pretrain.planning.corpora import paper_data
>>> def plan_of(name, **changes):
...     return Plan(replace(PRETRAIN_PRESETS[name], **changes), paper_data(name))
>>> for name in ("bioalbert-1.0-pubmed", "bioalbert-1.1-pubmed"):
...     plans = plan_of(name), plan_of(name, precision="mixed_bfloat16")
...     print([round(plan.memory(ACCELERATORS[0]) / 1e9, 1) for plan in plans])
[58.8, 29.5]
[39.1, 19.7]

A core has 16, and the graph stored with the released base holds all 128 at once. So the compiler
must have recomputed activations in the backward pass; the paper does not say.
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
    """A device whose ``parts`` each have ``memory`` and take an equal share of a batch."""

    name: str
    parts: int
    memory: float
    """Bytes of one part."""
    peak: float
    """FLOP/s of all parts: matrix products in bfloat16, without sparsity."""


# Google's pages on TPU v3 (123 TFLOP/s and 32 GiB per chip; older ones have 420 for four chips) and
# v5e, NVIDIA's on the H200 SXM.
ACCELERATORS = (
    Accelerator("TPU v3-8", 8, 16e9, 4 * 123e12),
    Accelerator("TPU v5e-1", 1, 16e9, 197e12),
    Accelerator("TPU v5e-8", 8, 16e9, 8 * 197e12),
    Accelerator("H200", 1, 141e9, 989e12),
)


@dataclass(frozen=True)
class Plan:
    """A run before it starts."""

    config: PretrainConfig
    data: Data

    @property
    def cost(self) -> Cost:
        """Parameters, and what one sequence takes."""
        shape = replace(self.config.model, vocab_size=self.data.vocab_size)
        return cost(shape, self.data.made.seq_len, self.data.made.max_predictions)

    @property
    def sequences(self) -> int:
        """In all steps."""
        return self.config.steps * self.config.batch_size

    def seconds(self, speed: float) -> float:
        """Of all steps, at a speed in FLOP/s."""
        return self.sequences * self.cost.training_flops / speed

    def memory(self, device: Accelerator, micro_batch: int | None = None) -> float:
        """Bytes that each part of a device needs, with this micro-batch or the config's.

        Weights, gradients and two moments; with micro-batches, the sum of their gradients; the
        activations of a part's share of what is on the device at a time.
        """
        batch = self.config.batch_size
        at_once = micro_batch or self.config.micro_batch or batch
        sums = 4 * self.cost.parameters if at_once < batch else 0
        share = math.ceil(at_once / device.parts)
        return sums + self.cost.training_bytes(share, self.config.precision)

    def fitting(self, device: Accelerator) -> int | None:
        """The largest micro-batch that divides the batch and fits into a device, if any."""
        batch = self.config.batch_size
        sizes = (batch // n for n in range(1, batch + 1) if batch % n == 0)
        return next((n for n in sizes if self.memory(device, n) <= device.memory), None)


def describe(plan: Plan, speed: float, how: str) -> str:
    """The plan in words, with its assumptions.

    Args:
        plan: the run.
        speed: FLOP/s of this machine, as `counting` counts them.
        how: how it was measured.
    """
    config, data, cost = plan.config, plan.data, plan.cost
    step, state = config.batch_size * cost.training_flops, cost.training_bytes(0)
    each = cost.training_bytes(1, config.precision) - state
    epochs = plan.sequences / data.instances
    facts = f"""\
model    {cost.parameters:,} parameters; {data.made.seq_len} tokens, {data.made.max_predictions} \
predictions
work     {si(cost.training_flops)}FLOP a sequence, {si(step)}FLOP a step of \
{config.batch_size:,}, {si(plan.seconds(1))}FLOP in {config.steps:,} steps
memory   {si(state)}B for weights, gradients and moments; {si(each)}B for each sequence
disk     {si(data.size)}B for {data.instances:,} instances and those held out; \
{si(12 * cost.parameters)}B a checkpoint
epochs   {plan.sequences:,} sequences are {epochs:.2f} times the instances, \
{epochs * data.made.passes:.2f} times the text
"""
    row = "{:12} {:>14} {:>13} {:>8}  {:16} {:>14}".format
    table = [
        row("device", "peak", "memory needed", "has", "", "time"),
        *(row(*_cells(plan, device)) for device in ACCELERATORS),
        row("this machine", "", "", "", "", duration(plan.seconds(speed))),
    ]
    assumed = [
        f"Time: at {UTILIZATION:.0%} of the peak, which is for bfloat16 (an H200 has at best half "
        "of it in float32). Narrow models such as tiny and small reach less. Padding counts. "
        "Evaluation, checkpoints and waiting for data are not included.",
        f"This machine: {si(speed)}FLOP/s, measured: {how}.",
        f"Memory: of each core or chip, counted: float32 weights, layers in {config.precision}, "
        "no recomputation. Frameworks need more. A micro-batch is what all of a device holds at a "
        "time.",
        f"Instances: {data.source}; --dupe-factor {data.made.passes}, {data.made.masking} masks.",
    ]
    wrap = TextWrapper(100, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join([facts, *table, "", "Assumed:", *map(wrap.fill, assumed)])


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
    """Seconds in a unit that suits them.

    >>> duration(75_600), duration(8_640_000_000), duration(7)
    ('21.0 hours', '100,000 days', '7.0 seconds')
    """
    if seconds < 1:
        return "under a second"
    units = (("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
    unit, size = next(pair for pair in units if seconds >= pair[1])
    count = seconds / size
    return f"{count:,.{1 if count < 100 else 0}f} {unit}"
