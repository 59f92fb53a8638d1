"""What the kit ships: the embedded data (`data/mini`), and models (`data/models`)."""

from pathlib import Path

from bioalbert_core.plumbing.errors import UserError


def data_folder() -> Path:
    """The folder `data/mini`: beside the package in a checkout, inside it when installed.

    Raises:
        UserError: it is in neither place.
    """
    package = Path(__file__).parents[1]
    checkout, installed = (parent / "data" / "mini" for parent in (package.parent, package))
    for folder in (checkout, installed):
        if folder.is_dir():
            return folder
    raise UserError(f"{checkout}: the embedded data is missing; clone again")


def find_model(name: str | Path) -> Path:
    """A folder as it is; if there is none, the shipped model of that name, if there is one."""
    from bioalbert_core.plumbing.files import location  # the environment check needs no package

    folder = location(name)
    shipped = data_folder().parent / "models" / str(folder)
    return shipped if not folder.exists() and shipped.is_dir() else folder
