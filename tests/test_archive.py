"""Archives of articles: each member read, broken ones reported, nothing unpacked."""

import gzip
import io
import re
import tarfile
from collections import Counter

import pytest

from bioalbert_core.corpus import archive
from bioalbert_core.corpus.readers import read_documents
from bioalbert_core.plumbing.errors import UserError

ARTICLE = (
    '<article><front><article-meta><article-id pub-id-type="pmc">{}</article-id></article-meta>'
    "</front><body><p>Text.</p></body></article>"
)


def packed(*members, form=tarfile.GNU_FORMAT):
    """A tar of (name, text or header type) pairs."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as tar:
        for name, content in members:
            header = tarfile.TarInfo(name)
            if isinstance(content, str):
                header.size = len(content)
                tar.addfile(header, io.BytesIO(content.encode()))
            else:
                header.type, header.linkname = content, "/etc/passwd"
                tar.addfile(header)
    return stream.getvalue()


def three(**options):
    return packed(*((f"a/PMC{n}.nxml", ARTICLE.format(n)) for n in (1, 2, 3)), **options)


@pytest.fixture
def ids(tmp_path):
    """Read a tar; the ids of its documents, the counts and the errors."""

    def read(data, zipped=None):
        path = tmp_path / "pmc.tar.gz"
        path.write_bytes(gzip.compress(data) if zipped is None else zipped)
        counts, errors = Counter(), []
        found = [document.id for document in read_documents(path, counts, errors.append)]
        if errors:
            with pytest.raises(UserError, match=re.escape(str(errors[0]))):
                list(read_documents(path))
        assert list(tmp_path.iterdir()) == [path]
        return found, counts, [str(e).removeprefix(f"{tmp_path}/") for e in errors]

    return read


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_article_is_read(ids, form):
    found, _, errors = ids(three(form=form))
    assert (found, errors) == (["PMC:1", "PMC:2", "PMC:3"], [])


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_read(ids, form):
    found, _, _ = ids(packed(("a/" * 150 + "PMC1.nxml", ARTICLE.format(1)), form=form))
    assert found == ["PMC:1"]


def test_other_members_are_skipped_and_counted(ids):
    kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
    others = [(f"link{n}.nxml", kind) for n, kind in enumerate(kinds)]
    members = [("a", tarfile.DIRTYPE), *others, ("film.avi", "x" * 3_000_000)]
    found, counts, errors = ids(packed(*members, ("../../PMC9.xml", ARTICLE.format(9))))
    assert (found, counts["members_skipped"], errors) == (["PMC:9"], 6, [])


def test_a_broken_member_is_named_and_the_next_are_read(ids):
    members = [("PMC1.nxml", ARTICLE.format(1)), ("b/PMC2.nxml", "<article>\n<p>"), ("c.xml", "no")]
    found, _, errors = ids(packed(*members, ("PMC4.nxml", ARTICLE.format(4))))
    assert found == ["PMC:1", "PMC:4"]
    assert errors[0].startswith("pmc.tar.gz/b/PMC2.nxml: line 2: the XML is broken or cut")
    assert errors[1].startswith("pmc.tar.gz/c.xml: line 1: not XML")


def test_a_name_cannot_break_the_message(ids):
    _, _, (error,) = ids(packed(("a\nb\x1b[2J" + "c" * 500 + ".xml", "no")))
    assert error.isprintable()
    assert len(error) < 300


def test_a_cut_archive_is_an_error_after_what_could_be_read(ids):
    whole = three()
    for end in (512, 1024 + 512 + 100, len(whole) - 10240 + 512 * 6):
        found, _, (error,) = ids(whole[:end])
        assert len(found) == end // 1024
        assert "the archive is cut or damaged" in error


def test_a_cut_or_damaged_gzip_is_an_error(ids):
    zipped = gzip.compress(three())
    for data in (zipped[:-9], zipped[: len(zipped) // 2], zipped[:-6] + b"\0" + zipped[-5:]):
        _, _, errors = ids(None, data)
        assert any(".gz file is cut or damaged" in error for error in errors)


def test_a_damaged_header_does_not_end_the_archive_in_silence(ids):
    whole = bytearray(three())
    whole[1024 + 150] ^= 1  # the checksum of the second header
    found, _, (error,) = ids(bytes(whole))
    assert found == ["PMC:1"]
    assert "no header, or more data after its end, at 1,024" in error


def test_a_second_archive_behind_the_first_is_not_lost_in_silence(ids):
    found, _, (error,) = ids(three() + three())
    assert found == ["PMC:1", "PMC:2", "PMC:3"]
    assert "more data after its end, at 3,072" in error


def header(kind, size):
    """A tar header alone."""
    info = tarfile.TarInfo("PMC1.nxml")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    "kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK]
)
def test_a_huge_header_is_refused_before_it_fills_the_memory(ids, kind):
    bomb = header(kind, 2**33) + b"1" * (3 * archive.HEADER_LIMIT)
    found, _, (error,) = ids(three()[:3072] + bomb)
    assert len(found) == 3
    assert "a header without end" in error


def test_sizes_that_cannot_be_are_refused(ids):
    for size in (-512, 2**60):
        _, _, (error,) = ids(header(tarfile.REGTYPE, size) + b"<article/>" + bytes(10240))
        assert "pmc.tar.gz" in error
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(2**60)}
    info = tarfile.TarInfo("PMC1.nxml")
    info.pax_headers, info.size = sparse, 512
    data = info.tobuf(tarfile.PAX_FORMAT) + b"1\n0\n1\n".ljust(512, b"\0") + bytes(10240)
    _, _, (error,) = ids(data)
    assert "a sparse file" in error


def test_members_are_not_remembered(monkeypatch, ids):
    seen = []
    plain = tarfile.TarInfo.fromtarfile.__func__
    record = classmethod(lambda cls, tar: seen.append(len(tar.members)) or plain(cls, tar))
    monkeypatch.setattr(tarfile.TarInfo, "fromtarfile", record)
    assert len(ids(packed(*((f"{n}.xml", ARTICLE.format(n)) for n in range(50))))[0]) == 50
    assert max(seen) <= 1
