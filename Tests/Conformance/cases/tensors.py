"""How cases write tensors."""

import struct
import zlib


def bits(values, shape=None):
    """Bit patterns of binary32; an entry is a float or a pattern as text."""
    words = [v if isinstance(v, str) else struct.pack(">f", v).hex() for v in values]
    return dict(shape=[len(words)] if shape is None else shape, bits=" ".join(words))


def integers(values, shape=None):
    return dict(shape=[len(values)] if shape is None else shape, integers=[str(v) for v in values])


def drawn(name, shape, times=1, low=-1, high=1):
    """U(low, high) × times from the stream (1, CRC-32 of a name) of seed 42."""
    result = dict(shape=shape, draw=[42, 1, zlib.crc32(name.encode())])
    if (low, high) != (-1, 1):
        result |= {"from": low, "to": high}
    return result | (dict(times=times) if times != 1 else {})


def picks(name, count, below):
    """Integers that depend on a name alone."""
    return [zlib.crc32(f"{name}/{index}".encode()) % below for index in range(count)]
