"""A training log as TensorBoard reads it, written without TensorFlow and without TensorBoard.

A file is a row of records, each framed by its length and checksums (TensorFlow's TFRecord), and
each holding an `Event` message in protocol buffers. Scores need four fields of it: the version of
the format, the step, and a name and a number for each score. The time of day is left out, so that
the same log gives the same bytes; TensorBoard's horizontal axis must stand at "Step".

Source: tensorflow/core/lib/io/record_writer.h, util/event.proto and framework/summary.proto.
"""

import struct
from pathlib import Path

VERSION = "brain.Event:2"


class EventFile:
    """A file that TensorBoard can follow while it grows; at an address it is there when closed.

    Each line of a log is an event.

    Args:
        path: replaced; TensorBoard wants ``tfevents`` in the name.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(framed(_text(3, VERSION.encode())))
        self._file.flush()

    def write(self, line: dict) -> None:
        """Add a line of a log, e.g. ``{"step": 10, "train": {"loss": 2.0}}``."""
        self._file.write(framed(event(line)))
        self._file.flush()

    def close(self) -> None:
        """Nothing more is written."""
        self._file.close()


def event(line: dict) -> bytes:
    """The `Event` message of a log's line: score ``loss`` of group ``train`` is "loss/train".

    TensorBoard puts in a row what has the same name up to the slash.

    >>> event({"step": 300, "train": {"loss": 2.0}})
    b'\\x10\\xac\\x02*\\x13\\n\\x11\\n\\nloss/train\\x15\\x00\\x00\\x00@'
    """
    values = b"".join(
        _text(1, _text(1, f"{score}/{group}".encode()) + b"\x15" + struct.pack("<f", value))
        for group, scores in line.items()
        if isinstance(scores, dict)
        for score, value in scores.items()
    )
    return b"\x10" + _varint(line["step"]) + _text(5, values)


def _text(field: int, data: bytes) -> bytes:
    """A field of text, bytes or another message: number and kind, length, content."""
    return bytes([field << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    """Seven bits a byte, the low ones first; the eighth bit says that more follow."""
    more, low = divmod(number, 128)
    return bytes([low | 128]) + _varint(more) if more else bytes([low])


def framed(message: bytes) -> bytes:
    """A message as a TFRecord: length, its checksum, the message, its checksum."""
    length = struct.pack("<Q", len(message))
    return length + _masked(length) + message + _masked(message)


def _masked(data: bytes) -> bytes:
    """Rotated and moved on, since checksums of data that hold checksums are weak."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def crc32c(data: bytes) -> int:
    """Castagnoli's CRC-32, of which Python has only the older sister (`zlib.crc32`).

    Source: RFC 3720, appendix B.4, with test vectors.

    >>> f"{crc32c(b'123456789'):08x}"
    'e3069283'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def _shifted(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc


_TABLE = [_shifted(byte) for byte in range(256)]
