"""Deterministic CBOR (record.md section 2; RFC 8949 section 4.2.1).

A strict scanner reads from left to right and names the first thing that is not allowed; only
bytes that it has passed are handed to the general decoder.
"""

import cbor2

from .rules import Refused

MALFORMED, CANONICAL, TRAILING = "cbor-malformed", "cbor-canonical", "cbor-trailing"
LEVELS_MAX = 8


def _head(data, pos):
    """Major type, argument and position after one head."""
    if pos >= len(data):
        raise Refused(MALFORMED, "bytes end early")
    major, info = data[pos] >> 5, data[pos] & 31
    if major == 6:
        raise Refused(MALFORMED, "a tag")
    if major == 7:
        if info not in (20, 21, 22):
            raise Refused(MALFORMED, "a float or another simple value")
        return major, info, pos + 1
    if info < 24:
        return major, info, pos + 1
    if info > 27:
        raise Refused(MALFORMED, "a reserved or indefinite length")
    width = 1 << (info - 24)
    end = pos + 1 + width
    if end > len(data):
        raise Refused(MALFORMED, "bytes end early")
    argument = int.from_bytes(data[pos + 1:end], "big")
    if argument < (24 if width == 1 else 1 << (4 * width)):
        raise Refused(CANONICAL, "not in shortest form")
    return major, argument, end


def _string(data, pos, length, is_text):
    end = pos + length
    if end > len(data):
        raise Refused(MALFORMED, "bytes end early")
    if is_text:
        try:
            data[pos:end].decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(MALFORMED, "bad UTF-8") from None
    return end


def _map(data, pos, count, level):
    before = -1
    for _ in range(count):
        if pos >= len(data) or data[pos] >> 5 != 0:
            raise Refused(MALFORMED, "no map key, or one that is not an unsigned integer")
        _, key, after = _head(data, pos)
        if key <= before:
            raise Refused(CANONICAL, "map keys not strictly ascending")
        before = key
        pos = scan(data, after, level)
    return pos


def scan(data, pos=0, level=0):
    """Check one item that begins at pos; return the position after it."""
    major, argument, pos = _head(data, pos)
    if major in (0, 1, 7):
        return pos
    if major in (2, 3):
        return _string(data, pos, argument, major == 3)
    if level == LEVELS_MAX:
        raise Refused(MALFORMED, "more than 8 levels")
    if major == 5:
        return _map(data, pos, argument, level + 1)
    for _ in range(argument):
        pos = scan(data, pos, level + 1)
    return pos


def decode_first(data, pos=0):
    """One item of a sequence: its value and the position after it."""
    end = scan(data, pos)
    return cbor2.loads(data[pos:end]), end


def decode(data):
    """The value of bytes that are exactly one item."""
    data = bytes(data)
    value, end = decode_first(data)
    if end != len(data):
        raise Refused(TRAILING, "bytes follow the item")
    return value
