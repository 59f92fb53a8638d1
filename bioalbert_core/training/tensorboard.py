"""A training log for TensorBoard, written without TensorFlow and without wall-clock times.

TensorBoard's own writer stores the time of day; without it, equal logs have equal bytes (set the
horizontal axis to "Step"). A file is a sequence of TFRecords, each framed by its length and
checksums, each holding an `Event` protocol buffer. Scores need three of its fields: the version of
the format, the step, and a summary with a name and a number for each score.

Source: tensorflow/core/lib/io/record_writer.h, util/event.proto and framework/summary.proto.
"""

import struct
from pathlib import Path

VERSION = "brain.Event:2"


class EventFile:
    """A new file that TensorBoard can follow while it grows; its name contains ``tfevents``."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._append(_field(3, VERSION.encode()))

    def write(self, line: dict) -> None:
        """Append a line of a log, e.g. ``{"step": 10, "train": {"loss": 2.0}}``."""
        self._append(event(line))

    def close(self) -> None:
        """Close the file, which uploads it where it is remote."""
        self._file.close()

    def _append(self, message: bytes) -> None:
        self._file.write(framed(message))
        self._file.flush()


def event(line: dict) -> bytes:
    """The `Event` of a log line: score ``loss`` of group ``train`` becomes "loss/train".

    TensorBoard draws names with the same part before the slash side by side.

    >>> event({"step": 300, "train": {"loss": 2.0}})
    b'\\x10\\xac\\x02*\\x13\\n\\x11\\n\\nloss/train\\x15\\x00\\x00\\x00@'
    """
    values = b"".join(
        _field(1, _field(1, f"{score}/{group}".encode()) + b"\x15" + struct.pack("<f", value))
        for group, scores in line.items()
        if isinstance(scores, dict)
        for score, value in scores.items()
    )
    return b"\x10" + _varint(line["step"]) + _field(5, values)


def _field(number: int, data: bytes) -> bytes:
    """A field of text, bytes or another message: its number and wire type, length, content."""
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    """Seven bits per byte, lowest first; the eighth bit says that more follow."""
    more, low = divmod(number, 128)
    return bytes([low | 128]) + _varint(more) if more else bytes([low])


def framed(message: bytes) -> bytes:
    """A message as a TFRecord: length, its checksum, the message, its checksum."""
    length = struct.pack("<Q", len(message))
    return length + _masked(length) + message + _masked(message)


def _masked(data: bytes) -> bytes:
    """TFRecord's checksum: the CRC, rotated and shifted, since a CRC of a CRC is weak."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def crc32c(data: bytes) -> int:
    """Castagnoli's CRC-32, bit by bit; `zlib.crc32` uses another polynomial.

    Source: RFC 3720, appendix B.4, with test vectors.

    >>> f"{crc32c(b'123456789'):08x}"
    'e3069283'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
