"""``python -m bioalbert_core.instances --corpus DIR --tokenizer FILE.model --out DIR``"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bioalbert_core.command import run
from bioalbert_core.config import InstanceConfig


@dataclass(frozen=True)
class InstanceSettings:
    """Make MLM + SOP training instances from a corpus."""

    corpus: Path
    """Folder written by bioalbert_core.corpus."""
    tokenizer: Path
    """A SentencePiece .model file, ALBERT's own or one trained here."""
    out: Path
    """Folder to write the shards to."""
    config: InstanceConfig = field(default_factory=InstanceConfig)


def work(settings: InstanceSettings) -> None:
    """Build the instances and print how many."""
    from bioalbert_core.instances.build import build_instances

    counts = build_instances(settings.corpus, settings.tokenizer, settings.out, settings.config)
    print(f"training instances: {counts['train']:,}\nheld-out instances: {counts['heldout']:,}")
    print(f"instances: {settings.out}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(InstanceSettings, work, "instances", argv)


if __name__ == "__main__":
    main()
