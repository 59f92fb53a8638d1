"""What the kit ships: the embedded data (`data/mini`), and models (`data/models`)."""

from pathlib import Path

from bioalbert_core.config import InstanceConfig
from bioalbert_core.errors import UserError

VOCAB_SIZE = 2000
INSTANCES = InstanceConfig(seq_len=64, dupe_factor=10, held_out=0.1)


def data_folder() -> Path:
    """Where `data/mini` lies: beside the package in a checkout, inside it when installed.

    Raises:
        UserError: it is in neither place.
    """
    package = Path(__file__).parent
    for place in (package.parent / "data" / "mini", package / "data" / "mini"):
        if place.is_dir():
            return place
    raise UserError(
        f"{package.parent / 'data' / 'mini'}: the embedded data is missing; clone again"
    )


def find_model(place: str | Path) -> Path:
    """A folder as it is; where there is none, the shipped model of that name, if there is one."""
    from bioalbert_core.files import location  # the environment check needs no package

    place = location(place)
    shipped = data_folder().parent / "models" / str(place)
    return shipped if not place.exists() and shipped.is_dir() else place


def prepare_instances(folder: str | Path) -> Path:
    """Raw text to instances with the mini settings; returns the instances folder.

    Writes ``corpus/``, ``tokenizer.model`` and ``instances/`` into ``folder``.
    """
    from bioalbert_core.corpus.build import build_corpus
    from bioalbert_core.files import location
    from bioalbert_core.instances.build import build_instances
    from bioalbert_core.tokenizer.train import train_tokenizer

    folder = location(folder)
    build_corpus([data_folder() / "raw"], folder / "corpus")
    train_tokenizer(folder / "corpus", VOCAB_SIZE, folder / "tokenizer.model")
    build_instances(folder / "corpus", folder / "tokenizer.model", folder / "instances", INSTANCES)
    return folder / "instances"
