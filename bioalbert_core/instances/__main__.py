"""``python -m bioalbert_core.instances --corpus DIR --tokenizer FILE.model --out DIR``"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bioalbert_core.config import InstanceConfig
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.tasks import Machines, cores


@dataclass(frozen=True)
class InstanceSettings:
    """Make MLM + SOP training instances from a corpus."""

    corpus: Path
    """A folder written by bioalbert_core.corpus. Or text in ALBERT's own format, a .txt or .txt.gz
    file or a folder of them: one sentence per line, a blank line between documents."""
    out: Path
    """The folder for the shards."""
    tokenizer: Path | None = None
    """A SentencePiece .model file. Default: ALBERT's own, downloaded once."""
    config: InstanceConfig = field(default_factory=InstanceConfig)
    machines: Machines = field(default_factory=lambda: Machines(workers=cores()))


def work(settings: InstanceSettings) -> None:
    """Build the instances and print their number."""
    from bioalbert_core.download import fetch
    from bioalbert_core.instances.build import build_instances

    try:
        tokenizer = settings.tokenizer or fetch("albert-vocabulary") / "30k-clean.model"
    except UserError as error:
        raise UserError(f"--tokenizer: not given, and ALBERT's own failed: {error}") from None
    counts = build_instances(
        settings.corpus, tokenizer, settings.out, settings.config, settings.machines
    )
    print(f"training instances: {counts['train']:,}\nheld-out instances: {counts['heldout']:,}")
    print(f"instances: {settings.out}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(InstanceSettings, work, "instances", argv)


if __name__ == "__main__":
    main()
