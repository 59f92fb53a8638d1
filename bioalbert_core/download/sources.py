"""One source of a file: its bytes, and its MD5 where the publisher states it."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pooch
import requests
from tqdm import tqdm

from bioalbert_core.plumbing.errors import UserError, reason

CHUNK = 1 << 16  # bytes


class SourceError(Exception):
    """One source of a file failed; another may not."""


def download(url: str, path: Path, timeout: float) -> None:
    """Download ``url`` to ``path``, with a progress bar on a terminal.

    Raises:
        SourceError: no connection, an HTTP error, a cut transfer, silence for ``timeout`` seconds.
        UserError: it cannot be written, as on a full disk.
    """
    as_stored = {"Accept-Encoding": "identity"}  # not decompressed: the bytes are hashed
    try:
        # pooch sets the true total, but cannot take a bar without any
        with tqdm(total=1, unit="B", unit_scale=True, leave=False, disable=None) as bar:
            bar.set_description(urlsplit(url).hostname)
            pooch.HTTPDownloader(bar, chunk_size=CHUNK, timeout=timeout, headers=as_stored)(
                url, str(path), None
            )
    except (requests.RequestException, ValueError) as error:
        raise SourceError(_reason(error, timeout)) from None
    except OSError as error:
        raise UserError(f"{path}: {reason(error)}; fix this or choose another --to") from None


def published_md5(url: str, name: str, timeout: float) -> str:
    """The MD5 of file ``name`` in the text at ``url``; SourceError if there is none."""
    try:
        answer = requests.get(url, timeout=timeout)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise SourceError(f"{url}: {_reason(error, timeout)}") from None
    # PubMed: "MD5(name)= digits"; PMC: "name?md5=digits" in JSON
    match = re.search(re.escape(name) + r"(?:\)= *|\?md5=)([0-9a-f]{32})", answer.text)
    if not match:
        raise SourceError(f"{url} has no MD5 of {name}")
    return match[1]


def _reason(error: Exception, timeout: float) -> str:
    """Why a source failed, in a few words."""
    if isinstance(error, requests.HTTPError):
        return f"HTTP error {error.response.status_code}"
    if "timed out" in str(error):
        return f"no data for {timeout:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer was cut"
    return f"no connection ({type(error).__name__})"
