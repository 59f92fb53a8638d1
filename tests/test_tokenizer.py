"""Text to pieces and back: ids, spans, ALBERT's comma rule, and models that are none."""

import io
import unicodedata
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.__main__ import main
from bioalbert_core.tokenizer.normalization import normalize
from bioalbert_core.tokenizer.tokenizer import SPECIALS
from bioalbert_core.tokenizer.train import ALBERT_FLAGS

ALBERT = Path(__file__).parents[2] / "shared" / "data" / "albert" / "30k-clean.model"
FIXTURE = [HealthCheck.function_scoped_fixture]
ODD = "abcz019,. '`\"()-–£\t\n\u00a0\u2028ﬁÄäΣςİßſ½™℃ﷺ한中४▁\u0301\u0345\u200b\x00😀"
odd_text = st.text(st.sampled_from(ODD) | st.characters())


def hugging_face_ids(tokenizer, text):
    """The ids as `AlbertTokenizer._tokenize` of HF transformers finds them, transcribed."""
    model = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_bytes)
    new_pieces = []
    for piece in model.encode(normalize(text), out_type=str):
        if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
            current = model.encode(piece[:-1].replace("▁", ""), out_type=str)
            if piece[0] != "▁" and current[0][0] == "▁":
                if len(current[0]) == 1:
                    current = current[1:]
                else:
                    current[0] = current[0][1:]
            current.append(piece[-1])
            new_pieces.extend(current)
        else:
            new_pieces.append(piece)
    return [model.piece_to_id(piece) for piece in new_pieces]


def model_of(lines, path, vocab_size, **flags):
    """A model trained straight by SentencePiece, so that it may hold pieces like ``9,``."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        vocab_size=vocab_size,
        minloglevel=2,
        **{**ALBERT_FLAGS, **flags},
    )
    path.write_bytes(model.getvalue())
    return Tokenizer(path)


@pytest.fixture(scope="module")
def comma_tokenizer(tmp_path_factory):
    """A tokenizer whose vocabulary has pieces that end in digit and comma."""
    lines = [f"in {n}, and {n % 7}, of x{n}, we saw 1,{n} cases" for n in range(400)]
    path = tmp_path_factory.mktemp("comma") / "comma.model"
    flags = {"split_by_number": False, "split_by_unicode_script": False}
    return model_of(lines, path, 90, hard_vocab_limit=False, **flags)


@pytest.fixture(scope="module")
def letters_tokenizer(tmp_path_factory):
    """A tokenizer that knows neither digits nor the comma."""
    lines = [f"fever and cough {'ab' * (n % 9)} or cold" for n in range(99)]
    path = tmp_path_factory.mktemp("letters") / "letters.model"
    return model_of(lines, path, 60, hard_vocab_limit=False)


@settings(max_examples=300, deadline=None, suppress_health_check=FIXTURE)
@given(text=odd_text)
@pytest.mark.parametrize("name", ["tokenizer", "comma_tokenizer"])
def test_spans_of_pieces_lie_in_the_text_and_run_forward(request, name, text):
    encoding = request.getfixturevalue(name).encode_with_spans(text)
    assert len(encoding.ids) == len(encoding.pieces) == len(encoding.spans)
    starts = [start for start, _ in encoding.spans]
    ends = [end for start, end in encoding.spans if start < end]
    assert all(0 <= start <= end <= len(text) for start, end in encoding.spans)
    assert starts == sorted(starts)
    assert ends == sorted(ends)


@settings(max_examples=300, deadline=None, suppress_health_check=FIXTURE)
@given(text=odd_text | st.text("abc 0123,."))
@example(text="It took 9, then 19, then 1,900, or x7,.")
@example(text="½, 46,")
@example(text="❶, \ud800 9,")
@pytest.mark.parametrize("name", ["tokenizer", "comma_tokenizer", "letters_tokenizer"])
def test_ids_are_those_of_hugging_face_with_and_without_spans(request, name, text):
    tokenizer = request.getfixturevalue(name)
    expected = hugging_face_ids(tokenizer, text)
    assert tokenizer.encode_with_spans(text).ids == expected
    assert tokenizer.encode(text) == expected


@settings(max_examples=200, deadline=None, suppress_health_check=FIXTURE)
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126)))
@example(text="It took 9, then 19, then 1,900.")
@pytest.mark.parametrize("name", ["tokenizer", "comma_tokenizer"])
def test_pieces_of_plain_text_cover_it_once(request, name, text):
    encoding = request.getfixturevalue(name).encode_with_spans(text)
    covered = [position for span in encoding.spans for position in range(*span)]
    assert len(covered) == len(set(covered))
    assert {n for n, c in enumerate(text) if not c.isspace()} <= set(covered)
    for piece, (start, end) in zip(encoding.pieces, encoding.spans, strict=True):
        if not {"`", "'"} & set(text):
            assert piece.removeprefix("▁") == text[start:end].lower()


@settings(max_examples=300, deadline=None, suppress_health_check=FIXTURE)
@given(text=st.text(st.sampled_from("abcz (-") | st.characters(categories=["L", "M", "N", "P"])))
def test_a_known_piece_is_what_its_span_normalizes_to(tokenizer, text):
    encoding = tokenizer.encode_with_spans(text)
    for id_, piece, (start, end) in zip(*vars(encoding).values(), strict=True):
        if id_ != tokenizer.unk_id and start < end:
            covered = normalize(f"a{text[start:end]}a")[1:-1].replace(" ", "")
            assert unicodedata.normalize("NFKC", covered) in piece.replace("ς", "σ") or (
                piece.removeprefix("▁") in unicodedata.normalize("NFKC", covered)
            )


def test_a_number_loses_its_comma(comma_tokenizer):
    text = "we saw 1, of x1,900"
    model = sentencepiece.SentencePieceProcessor(model_proto=comma_tokenizer.model_bytes)
    whole = [piece for piece in model.encode(text, out_type=str) if piece.endswith("1,")]
    assert len(whole) == 2  # what the rule is there for
    encoding = comma_tokenizer.encode_with_spans(text)
    assert not set(whole) & set(encoding.pieces)
    shown = [text[start:end] for start, end in encoding.spans if start < end]
    assert "".join(shown) == text.replace(" ", "")
    assert shown.count(",") == 2


@pytest.mark.skipif(not ALBERT.exists(), reason="ALBERT's own vocabulary is not here")
def test_alberts_own_vocabulary_gives_its_known_ids():
    tokenizer = Tokenizer(ALBERT)
    ids = (tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id, tokenizer.sep_id)
    assert (*ids, tokenizer.mask_id, tokenizer.vocab_size) == (0, 1, 2, 3, 4, 30_000)
    for text in ("Naïve T cells, in 1998, and p53.", "It took 9, then 19, or 2,000, days."):
        assert tokenizer.encode(text) == hugging_face_ids(tokenizer, text)
        assert "," in tokenizer.encode_with_spans(text).pieces


def test_special_pieces_have_the_ids_of_albert(tokenizer):
    assert tokenizer.pieces[:5] == list(SPECIALS)
    assert (tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id) == (0, 1, 2)
    assert (tokenizer.sep_id, tokenizer.mask_id, tokenizer.vocab_size) == (3, 4, 200)


@pytest.mark.parametrize("special", SPECIALS)
def test_a_special_piece_in_the_text_is_ordinary_text(tokenizer, special):
    ids = tokenizer.encode(f"kalo {special} mi")
    assert not set(ids) & {0, 2, 3, 4}
    assert len(ids) > 4


def test_words_start_where_google_starts_them(tokenizer):
    starts = dict(zip(tokenizer.pieces, tokenizer.starts_word, strict=True))
    assert starts["▁"] and starts["("] and starts["-"] and starts["<unk>"] and starts["[CLS]"]
    inner = [piece for piece in starts if piece.isascii() and piece.isalpha() and piece.islower()]
    assert len(inner) > 10
    assert not any(starts[piece] for piece in inner)
    assert sum(starts.values()) == len(starts) - len(inner)


def test_punctuation_starts_a_word_alone_and_goes_on_in_company(tokenizer, monkeypatch):
    monkeypatch.setattr(tokenizer, "pieces", ["(", ")", "!!", "-a", "A", "53", "é", "▁a", "[SEP]"])
    starts = Tokenizer.starts_word.func(tokenizer)
    assert starts.tolist() == [True, True, False, False, False, True, True, True, True]


def test_a_file_that_is_no_model_is_refused(tmp_path, fails):
    path = tmp_path / "x.model"
    path.write_bytes(b"not a model at all")
    assert f"{path}: not a SentencePiece model" in fails(main, "show", "Hi", "--tokenizer", path)


def test_a_cut_model_is_refused(tokenizer_file, tmp_path):
    path = tmp_path / "x.model"
    path.write_bytes(tokenizer_file.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"x\.model"):
        Tokenizer(path)


def test_a_model_without_alberts_pieces_is_refused(tmp_path):
    path = tmp_path / "x.model"
    with pytest.raises(UserError, match=r"x\.model: no piece \[CLS\]"):
        model_of(["some words here"] * 9, path, 30, control_symbols=[], hard_vocab_limit=False)


def test_show_prints_piece_id_and_characters(tokenizer, tokenizer_file, capsys):
    main(["show", "Kalo  (9)", "--tokenizer", str(tokenizer_file)])
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [int(row[1]) for row in rows] == tokenizer.encode("Kalo  (9)")
    assert "".join(row[3] for row in rows) == "Kalo(9)"
