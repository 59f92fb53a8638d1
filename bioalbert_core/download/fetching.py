"""From a name to checked files.

A file gets its name only when its size and hash are right; until then its name is hidden, and the
next run starts it again. Files that already exist are checked in the same way, whether an earlier
run or a person put them there.
"""

import contextlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pooch

from bioalbert_core.download.archives import unpack
from bioalbert_core.download.registry import Entry, RemoteFile, look_up
from bioalbert_core.download.sources import SourceError, download, published_md5
from bioalbert_core.plumbing.addresses import fetched
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, output_file, sha256
from bioalbert_core.plumbing.folders import MANIFEST, read_manifest, write_manifest


def fetch(
    request: str, to: str | Path = "downloads", unverified: bool = False, timeout: float = 30
) -> Path:
    """Fetch a registry entry by name; existing files that pass their checks are kept.

    Args:
        request: an entry's name; for a series, with a part or a range of parts, as in
            ``pubmed-baseline/pubmed26n0001-0003``.
        to: the folder for the entry's folder.
        unverified: also accept files without a known hash.
        timeout: seconds of silence after which a source counts as failed.

    Returns:
        The folder of the files and their ``manifest.json``; for a range, its parent.

    Raises:
        UserError: unknown name; no known hash; no source sent the right bytes.
    """
    folders = []
    for entry in look_up(request):
        folders.append(location(to) / entry.name)
        _fetch_entry(entry, folders[-1], unverified, timeout)
    return folders[0] if len(folders) == 1 else folders[0].parent


def _fetch_entry(entry: Entry, folder: Path, unverified: bool, timeout: float) -> None:
    manifest = read_manifest(folder, "download") if (folder / MANIFEST).exists() else {}
    earlier = manifest.get("outputs", {})
    outputs = {}
    for file in entry.files:
        _fetch_file(file, folder / file.name, earlier.get(file.name, ""), unverified, timeout)
        for name, member in file.members.items():
            with fetched(folder / file.name) as archive:
                unpack(archive, member, folder / name)
        outputs |= {name: sha256(folder / name) for name in (file.name, *file.members)}
    facts = {"name": entry.name, "license": entry.license, "citation": entry.citation}
    write_manifest(folder, "download", outputs, **facts, check=entry.check)


def _fetch_file(
    file: RemoteFile, path: Path, earlier: str, unverified: bool, timeout: float
) -> None:
    """Keep ``path`` if it passes its checks; else get it from the first source that works."""
    if file.text:
        with output_file(path) as partial:
            partial.write_text(file.text, "utf-8")
        return
    failures: list[str] = []
    with _noting(failures, "its MD5"):
        expected = _expected(file, earlier, timeout)
        if not expected and not unverified:
            raise UserError(
                f"{path}: no hash is known to check it; look at {file.urls[0]} and, if you "
                "trust it, rerun with --unverified"
            )
        if origin := _keep_or_get(file, path, expected, timeout, failures):
            return _report(path, origin, expected, failures)
    raise UserError(
        f"{path}: not fetched ({'; '.join(failures)}); rerun later, or open {file.urls[0]} in "
        f"a browser, save it as {path} and rerun"
    )


def _keep_or_get(
    file: RemoteFile, path: Path, expected: str, timeout: float, failures: list[str]
) -> str:
    """Where the right bytes at ``path`` come from; "" when all sources failed."""
    with _noting(failures, "existing file"):
        if path.exists():
            with fetched(path) as local:
                _check(local, file, expected)
            return "already here"
    for url in file.urls:
        with _noting(failures, host := urlsplit(url).hostname):
            with output_file(path) as partial:
                download(url, partial, timeout)
                _check(partial, file, expected)
            return f"from {host}"
    return ""


@contextlib.contextmanager
def _noting(failures: list[str], place: str) -> Iterator[None]:
    """Add a SourceError to ``failures``."""
    try:
        yield
    except SourceError as error:
        failures.append(f"{place}: {error}")


def _expected(file: RemoteFile, earlier: str, timeout: float) -> str:
    """The hash the file must have, as ``algorithm:digits``; "" when none is known.

    From the registry, else the manifest of an earlier run, else the publisher.
    """
    if digest := file.sha256 or earlier:
        return f"sha256:{digest}"
    return f"md5:{published_md5(file.md5_url, file.name, timeout)}" if file.md5_url else ""


def _check(path: Path, file: RemoteFile, expected: str) -> None:
    """SourceError unless the file has the right size, hash and form."""
    size = path.stat().st_size
    if file.size not in (None, size):
        raise SourceError(f"wrong bytes, {size:,} instead of {file.size:,}")
    algorithm, _, digits = expected.partition(":")
    if expected and pooch.file_hash(str(path), alg=algorithm) != digits:
        raise SourceError(f"wrong bytes, their {algorithm} is not {digits}")
    if file.name.endswith(".zip") and not zipfile.is_zipfile(path):
        raise SourceError("not a zip archive, perhaps a web page")


def _report(path: Path, origin: str, expected: str, failures: list[str]) -> None:
    """Print one line about a file that is right, and about what failed before."""
    checked = "checked" if expected else f"NOT VERIFIED, its sha256 is {sha256(path)}"
    before = f" (before: {'; '.join(failures)})" if failures else ""
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    print(f"{path}: {size} {origin}, {checked}{before}", file=sys.stderr)
