"""Event files: TensorFlow and TensorBoard read in them what the log says."""

from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioalbert_core.training.tensorboard import VERSION, EventFile, crc32c, event, framed

LINES = [
    {"step": 12, "train": {"mlm_loss": 3.6531, "sop_accuracy": 0.5}, "heldout": {"mlm_loss": 3.5}},
    {"step": 13, "event": "training diverged; rolled back to step 12"},
    {"step": 270_000, "train": {"mlm_loss": 1.25}, "heldout": {}},
]
NAMES = st.text("abc_é", min_size=1, max_size=200)
SCORES = st.dictionaries(NAMES, st.floats(width=32, allow_nan=False), max_size=3)


def made(path, lines=LINES):
    file = EventFile(path)
    for line in lines:
        file.write(line)
    file.close()
    return path


def wanted(lines=LINES):
    """Name, step and value of all scores of a log."""
    return [
        (f"{name}/{group}", line["step"], pytest.approx(value))
        for line in lines
        for group, scores in line.items()
        if isinstance(scores, dict)
        for name, value in scores.items()
    ]


# RFC 3720, appendix B.4: 32 bytes each.
@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"", 0),
    ],
)
def test_the_checksum_is_that_of_the_standard(data, checksum):
    assert crc32c(data) == checksum


@pytest.mark.skipif(not find_spec("tensorflow"), reason="tensorflow is not installed")
def test_tensorflow_reads_the_log_again(tmp_path):
    import tensorflow as tf

    events = list(tf.compat.v1.train.summary_iterator(str(made(tmp_path / "log.tfevents"))))
    assert [it.file_version for it in events] == [VERSION, "", "", ""]
    assert [it.step for it in events[1:]] == [12, 13, 270_000]
    found = [(v.tag, it.step, v.simple_value) for it in events for v in it.summary.value]
    assert found == wanted()


@pytest.mark.skipif(not find_spec("tensorflow"), reason="tensorflow is not installed")
@settings(max_examples=50)
@given(st.integers(0, 2**40), st.dictionaries(NAMES, SCORES, max_size=3))
def test_any_line_is_a_message_that_tensorflow_reads(step, groups):
    import tensorflow as tf

    line = {**groups, "step": step}
    read = tf.compat.v1.Event.FromString(event(line))
    assert read.step == step
    assert [(v.tag, step, v.simple_value) for v in read.summary.value] == wanted([line])


@pytest.mark.skipif(not find_spec("tensorflow"), reason="tensorflow is not installed")
def test_tensorflow_checks_our_checksums(tmp_path):
    import tensorflow as tf

    whole = made(tmp_path / "log.tfevents").read_bytes()
    start = len(framed(b"\x1a\x0d" + VERSION.encode()))
    for place in (start + 3, start + 9, start + 30):  # a length, its checksum, a message
        broken = bytearray(whole)
        broken[place] ^= 1
        (tmp_path / "broken.tfevents").write_bytes(broken)
        with pytest.raises(tf.errors.DataLossError):
            list(tf.compat.v1.train.summary_iterator(str(tmp_path / "broken.tfevents")))


def test_tensorboard_reads_the_log_again(tmp_path):
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    made(tmp_path / "log.tfevents")
    found = reading.EventAccumulator(str(tmp_path))
    found.Reload()
    names = found.Tags()["scalars"]
    assert names == ["mlm_loss/train", "sop_accuracy/train", "mlm_loss/heldout"]
    read = [(name, it.step, it.value) for name in names for it in found.Scalars(name)]
    assert sorted(read, key=lambda it: it[:2]) == sorted(wanted(), key=lambda it: it[:2])


def test_what_is_written_can_be_read_at_once_and_a_new_file_starts_empty(tmp_path):
    path = tmp_path / "log.tfevents"
    file = EventFile(path)
    first = path.read_bytes()
    file.write(LINES[0])
    assert path.read_bytes() == first + framed(event(LINES[0]))
    file.close()
    assert made(path, []).read_bytes() == first


def test_the_same_log_gives_the_same_bytes(tmp_path):
    one, two = made(tmp_path / "one.tfevents"), made(tmp_path / "two.tfevents")
    assert one.read_bytes() == two.read_bytes()
