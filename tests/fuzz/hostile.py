"""Hostile input for the readers: invented MEDLINE and JATS files, mutated, plain and packed."""

import gzip
import io
import re
import tarfile
from collections.abc import Callable, Iterator
from random import Random

SECRET = "the content of a file that no article may reach"
MEDLINE = b"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE PubmedArticleSet SYSTEM "pubmed.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">17</PMID><Article>
<ArticleTitle>[On fever in <i>Mus musculus</i> (author's transl)].</ArticleTitle><Abstract>
<AbstractText Label="AIM">To cool 10<sup>3</sup> mice &amp; more by 4 \xc2\xb0C.</AbstractText>
<AbstractText>They slept. (ABSTRACT TRUNCATED AT 250 WORDS)</AbstractText></Abstract></Article>
<OtherAbstract><AbstractText>Des souris.</AbstractText></OtherAbstract></MedlineCitation>
<PubmedData><ReferenceList/></PubmedData></PubmedArticle><PubmedBookArticle/>
<DeleteCitation><PMID>1</PMID><PMID>2</PMID></DeleteCitation>
</PubmedArticleSet>"""
JATS = b"""<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd">
<article xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><article-meta>
<article-id pub-id-type="pmc">77</article-id><title-group><article-title>Cool mice<xref
ref-type="fn">*</xref></article-title></title-group><abstract><sec><title>Aim</title><p>To see.</p>
</sec></abstract></article-meta></front><body><sec><title>Methods</title><p>They slept [<xref
ref-type="bibr">1</xref>, <xref ref-type="bibr">2</xref>] (<xref ref-type="bibr">Xu 1999</xref>).
<list><list-item><label>1</label><p>One.</p></list-item></list><disp-formula>x</disp-formula></p>
<table-wrap><caption><p>Left out.</p></caption></table-wrap></sec></body>
<sub-article><body><p>Review.</p></body></sub-article></article>"""

Change = Callable[[bytes, Random], bytes]


def flip(data: bytes, rng: Random) -> bytes:
    """A few bytes become others."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8, 40])):
        changed[rng.randrange(len(changed))] = rng.choice(
            [0, 10, 38, 60, 62, 255, rng.randrange(256)]
        )
    return bytes(changed)


def cut(data: bytes, rng: Random) -> bytes:
    """The end is missing."""
    return data[: rng.randrange(1, len(data))]


def splice(data: bytes, rng: Random) -> bytes:
    """A part stands twice, or elsewhere, or not at all."""
    a, b, c = (rng.randrange(len(data) + 1) for _ in range(3))
    a, b = sorted((a, b))
    return data[:c] + data[a:b] + rng.choice([data[c:], data[b:]]) or b"<"


def swap_tags(data: bytes, rng: Random) -> bytes:
    """One name of an element becomes another, everywhere or once."""
    names = sorted(set(re.findall(rb"</?([A-Za-z:-]+)", data)))
    others = [*names, b"x:y", b"p"]
    return data.replace(rng.choice(others), rng.choice(others), rng.choice([-1, 1]))


def nest(data: bytes, rng: Random) -> bytes:
    """Elements inside each other, from a few to very many, closed or not."""
    depth, name = (
        rng.choice([5, 100, 240, 300, 50_000]),
        rng.choice([b"p", b"sec", b"i", b"article"]),
    )
    closed = b"</%s>" % name * depth if rng.random() < 0.7 else b""
    return _insert(data, rng, b"<%s>" % name * depth + b"deep" + closed)


def huge(data: bytes, rng: Random) -> bytes:
    """Text, an attribute, a name, a comment or a list of elements that is long."""
    size = rng.choice([1_000, 100_000, 100_000, 1_000_000, 11_000_000])
    kinds = [b"a" * size, b'<i a="%s"/>' % (b"a" * size), b"<%s/>" % (b"a" * size)]
    kinds += [b"<!--%s-->" % (b"a" * size), b"<i/>" * (size // 10), b"[(, " * (size // 10)]
    attributes = b"<i %s/>" % b" ".join(b'a%d="1"' % n for n in range(size // 100))
    return _insert(data, rng, rng.choice([*kinds, attributes]))


def encode(data: bytes, rng: Random) -> bytes:
    """Another encoding than the one declared, or an unknown one."""
    text = re.sub(rb"<\?xml.*?\?>", b"", data).decode("utf-8", "replace")
    declared, used = rng.choices(
        ["utf-16", "iso-8859-1", "utf-7", "utf-32", "ebcdic", "utf-8"], k=2
    )
    used = declared if used == "ebcdic" or rng.random() < 0.5 else used
    used = "cp500" if used == "ebcdic" else used
    return f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(used, "replace")


def entities(url: str, secret: str) -> Change:
    """Entities that multiply, or that ask for a file or an address."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    kinds = [
        f'<!ENTITY e0 "boom">{levels}<!ENTITY x "&e11;">',
        f'<!ENTITY x "{"boom" * 20_000}">',
        *(f'<!ENTITY x SYSTEM "{target}">' for target in (secret, url, "/etc/hostname")),
        *(f'<!ENTITY % y SYSTEM "{target}"> %y;' for target in (secret, url)),
        f"<!ENTITY % z \"<!ENTITY x SYSTEM '{url}'>\"> %z;",
        '<!ENTITY % e0 "boom"><!ENTITY % e1 "%e0;%e0;%e0;"> %e1; <!ENTITY x "&x;">',
    ]

    def change(data: bytes, rng: Random) -> bytes:
        uses = b"&x;" * rng.choice([1, 1, 100, 20_000])
        if rng.random() < 0.3:
            uses = b'<i title="%s"/>' % uses
        data = _insert(data, rng, uses)
        outside = rng.choice(["", f' SYSTEM "{url}"', f' SYSTEM "{secret}"'])
        head = f"<!DOCTYPE article{outside} [{rng.choice(kinds)}]>".encode()
        return re.sub(rb"<!DOCTYPE[^>]*>", lambda _: head, data)

    return change


def _insert(data: bytes, rng: Random, piece: bytes) -> bytes:
    """The piece between two tags, or anywhere."""
    places = [match.end() for match in re.finditer(rb">", data)]
    place = rng.choice(places) if places and rng.random() < 0.9 else rng.randrange(len(data) + 1)
    return data[:place] + piece + data[place:]


def pack(members: list[bytes], rng: Random, outside: str) -> bytes:
    """A tar of the members among links, devices and names that lead elsewhere."""
    packed = io.BytesIO()
    form = rng.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for number, data in enumerate(members):
            names = [
                f"PMC{number}.nxml",
                "../../escaped.xml",
                f"{outside}/escaped.xml",
                "a\nb\x1b.xml",
            ]
            for name, kind in ((rng.choice(names), rng.choice(kinds)), (rng.choice(names), None)):
                header = tarfile.TarInfo(name if form != tarfile.USTAR_FORMAT else name[-90:])
                if kind is None:
                    header.size = len(data)
                else:
                    header.type, header.linkname = kind, rng.choice([outside, "PMC0.nxml", "../x"])
                archive.addfile(header, io.BytesIO(data))
    return packed.getvalue()


def cases(seed: int, url: str, outside: str) -> Iterator[tuple[str, bytes]]:
    """File names and contents without end; ``url`` and the folder ``outside`` are the bait."""
    rng = Random(seed)
    changes: list[Change] = [flip, cut, splice, swap_tags, nest, huge, encode]
    changes += [entities(url, f"file://{outside}/secret.txt")] * 3
    light = [change for change in changes if change is not huge]
    while True:
        data = rng.choice([MEDLINE, JATS])
        for change in rng.choices(
            light if rng.random() < 0.9 else changes, k=rng.choice([0, 1, 1, 2])
        ):
            data = change(data, rng)
        kind = rng.choice([".xml", ".nxml", ".xml.gz", ".tar.gz"])
        if kind == ".tar.gz":
            others = [rng.choice([MEDLINE, JATS, cut(JATS, rng)]) for _ in range(rng.randrange(3))]
            data = pack([*others, data, JATS], rng, outside)
            data = rng.choice([flip, cut])(data, rng) if rng.random() < 0.3 else data
        if kind.endswith(".gz"):
            data = gzip.compress(data, 1)
            data = rng.choice([flip, cut])(data, rng) if rng.random() < 0.2 else data
        yield f"case{kind}", data
