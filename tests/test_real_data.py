"""Real files, where the folder ``shared`` lies beside the checkout; skipped elsewhere."""

from pathlib import Path

import pytest

from bioalbert_core.albert.variables import variables
from bioalbert_core.config import ALBERT_BASE
from bioalbert_core.convert.google import GOOGLE, read_google
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.ner.bio import spans_of
from bioalbert_core.ner.datasets import read_dataset
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.tokenizer import Tokenizer

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no real data beside the checkout")


@pytest.fixture(scope="module")
def albert_vocabulary() -> Tokenizer:
    return Tokenizer(DATA / "albert" / "30k-clean.model")


def test_alberts_own_vocabulary(albert_vocabulary):
    t = albert_vocabulary
    assert t.vocab_size == 30_000
    assert (t.pad_id, t.unk_id, t.cls_id, t.sep_id, t.mask_id) == (0, 1, 2, 3, 4)
    assert t.cls_id not in t.encode("[CLS]")
    numbers = t.encode_with_spans("in 1,234 cases")
    assert numbers.pieces == ["▁in", "▁1", ",", "234", "▁cases"]


def test_offsets_are_exact_on_real_sentences(albert_vocabulary, tmp_path):
    build_corpus([DATA / "pmc" / "nxml" / "PMC3648394.nxml"], tmp_path / "corpus")
    text = next((tmp_path / "corpus").glob("*.txt")).read_text("utf-8")
    for sentence in text.split("\n"):
        found = albert_vocabulary.encode_with_spans(sentence)
        assert found.ids == albert_vocabulary.encode(sentence)
        covered = {i for start, end in found.spans for i in range(start, end)}
        missed = {c for i, c in enumerate(sentence) if i not in covered and c.isalnum()}
        assert not missed


def test_real_medline_and_jats_are_read(tmp_path):
    counts = build_corpus(
        [DATA / "pubmed" / "pubmed-29768149.xml", DATA / "pmc" / "nxml"], tmp_path / "corpus"
    )
    assert counts["documents_kept"] == 29
    assert counts["sentences"] > 4000


@pytest.mark.parametrize(
    ("name", "sentences", "mentions"),
    [  # as counted in the data's own README
        ("NCBI-disease", (5424, 923, 940), (5134, 787, 960)),
        ("BC2GM", (12574, 2519, 5038), (15197, 3061, 6325)),
        ("JNLPBA", (14690, 3856, 3856), (32178, 8575, 6241)),
        ("Species-800", (5733, 830, 1630), (2557, 384, 767)),
    ],
)
def test_real_bio_files_have_the_published_counts(name, sentences, mentions):
    dataset = read_dataset(DATA / "ner" / name)
    splits = (dataset.train, dataset.devel, dataset.test)
    assert tuple(map(len, splits)) == sentences
    assert tuple(sum(len(list(spans_of(s.tags))) for s in part) for part in splits) == mentions


def test_the_released_bioalbert_has_the_variables_of_our_table(tmp_path):
    """Of its checkpoint just the index is here."""
    tensorflow = pytest.importorskip("tensorflow")
    released = DATA / "albert" / "bioalbert-1.0-pubmed.ckpt"
    found = tensorflow.train.load_checkpoint(str(released)).get_variable_to_shape_map()
    ours = {v.google: list(GOOGLE.shape(v)) for v in variables(ALBERT_BASE)}
    moments = {f"{n}/{m}": shape for n, shape in ours.items() for m in ("adam_m", "adam_v")}
    assert found == {**ours, **moments, "global_step": []}
    with pytest.raises(UserError, match=r"its \.data file is missing.*00000-of-00001"):
        read_google(released, tmp_path)
