"""What the kit ships: the embedded data (`data/mini`), and models (`data/models`)."""

from pathlib import Path

from bioalbert_core.plumbing.errors import UserError


def data_folder() -> Path:
    """Where `data/mini` lies: beside the package in a checkout, inside it when installed.

    Raises:
        UserError: it is in neither place.
    """
    package = Path(__file__).parents[1]
    for place in (package.parent / "data" / "mini", package / "data" / "mini"):
        if place.is_dir():
            return place
    raise UserError(
        f"{package.parent / 'data' / 'mini'}: the embedded data is missing; clone again"
    )


def find_model(place: str | Path) -> Path:
    """A folder as it is; where there is none, the shipped model of that name, if there is one."""
    from bioalbert_core.plumbing.files import location  # the environment check needs no package

    place = location(place)
    shipped = data_folder().parent / "models" / str(place)
    return shipped if not place.exists() and shipped.is_dir() else place
