"""``python -m bioalbert_core.instances --corpus DIR --tokenizer FILE.model --out DIR``"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bioalbert_core.command import run
from bioalbert_core.config import InstanceConfig
from bioalbert_core.errors import UserError
from bioalbert_core.tasks import Machines, cores


@dataclass(frozen=True)
class InstanceSettings:
    """Make MLM + SOP training instances from a corpus."""

    corpus: Path
    """Folder written by bioalbert_core.corpus; or text as ALBERT's own programs read it, a file or
    a folder of .txt or .txt.gz: one sentence a line, a blank line between documents."""
    out: Path
    """Folder to write the shards to."""
    tokenizer: Path | None = None
    """A SentencePiece .model file; when not given, ALBERT's own, downloaded once."""
    config: InstanceConfig = field(default_factory=InstanceConfig)
    machines: Machines = field(default_factory=lambda: Machines(workers=cores()))


def work(settings: InstanceSettings) -> None:
    """Build the instances and print how many."""
    from bioalbert_core.download import fetch
    from bioalbert_core.instances.build import build_instances

    try:
        tokenizer = settings.tokenizer or fetch("albert-vocabulary") / "30k-clean.model"
    except UserError as error:
        raise UserError(f"no --tokenizer given, and ALBERT's own: {error}") from None
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
