"""``python -m bioalbert_core.corpus INPUT... --out DIR``"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tyro

from bioalbert_core.config import CorpusConfig
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.tasks import Machines, cores


@dataclass(frozen=True)
class CorpusSettings:
    """Read MEDLINE, PMC JATS, JSON Lines or plain text; write clean text, one sentence a line."""

    inputs: tyro.conf.Positional[tuple[Path, ...]]
    """Files or folders: .xml or .nxml (the content decides), .txt, .jsonl, also as .gz; .tar.gz"""
    out: Path
    """Folder to write corpus-00000-of-0000N.txt and manifest.json to."""
    config: CorpusConfig = field(default_factory=CorpusConfig)
    machines: Machines = field(default_factory=lambda: Machines(workers=cores()))


def work(settings: CorpusSettings) -> None:
    """Build the corpus and print the counts."""
    from bioalbert_core.corpus.build import build_corpus

    counts = build_corpus(settings.inputs, settings.out, settings.config, settings.machines)
    for name, number in counts.items():
        print(f"{name.replace('_', ' ')}: {number:,}")
    print(f"corpus: {settings.out}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(CorpusSettings, work, "corpus", argv)


if __name__ == "__main__":
    main()
