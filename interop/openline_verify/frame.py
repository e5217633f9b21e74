"""Frames of the line (line.md section 2): their form alone, as far as one frame shows it (L1, L2, L4, L7)."""

from hashlib import sha256

import cbor2

from .cbor import decode
from .rules import BODY_MAX, PARTIES_MAX, PROOF_MAX, SALT_LEN, require
from .shape import ARRAY, BYTES, EITHER, LIST, NULL, SIZED, TEXT, UINT

VERSION = 1
FRAME_MAX = 1 << 20
BATCH_ENTRIES_MAX = 256
FAULT_TEXT_MAX = 512
WATCH_MAX = 32768
HELLO, BATCH, COPY = 0, 2, 9
ENC_SIZE = 1120
NON_PAPER_SEALED_MAX = 34832
NON_PAPER_STAGES_MAX = 64


def PARTY(value):
    """A party index."""
    return UINT(value) and value < PARTIES_MAX


def ANY(value):
    return True


def AT_MOST(count, shape):
    """An array of at most so many of one shape."""
    return lambda value: LIST(shape)(value) and len(value) <= count


def WORDS(value):
    return TEXT(value) and len(value.encode()) <= FAULT_TEXT_MAX


def STATEMENT(value):
    return BYTES(value) and len(value) <= WATCH_MAX
def SEALED(value):
    return BYTES(value) and len(value) <= NON_PAPER_SEALED_MAX


def STAGE(value):
    return ARRAY(UINT, UINT)(value) and value[1] <= 1


def STAGES(value):
    return AT_MOST(NON_PAPER_STAGES_MAX, STAGE)(value) and len(value) > 0


TAG = SIZED(8)
BRIEF = ARRAY(PARTY, UINT, UINT, SIZED(64))
HELD = ARRAY(UINT, SIZED(32), EITHER(SIZED(64), NULL), AT_MOST(PARTIES_MAX, BRIEF))
WATCH = ARRAY(STATEMENT, SIZED(64))
CARRIED = EITHER(ARRAY(BYTES, BYTES, BYTES), ARRAY(BYTES))

# by type: what follows it; an array of entries has a rule of its own and comes last
FRAMES = [
    (UINT, SIZED(32), BYTES),
    (TAG, AT_MOST(PARTIES_MAX, HELD), EITHER(WATCH, NULL), AT_MOST(PARTIES_MAX, EITHER(UINT, NULL))),
    (TAG, PARTY, UINT, SIZED(64), LIST(ANY)),
    (TAG, PARTY, PARTY, UINT, UINT, SIZED(64)),
    (TAG, PARTY, PARTY, UINT, UINT, SIZED(2420)),
    (BYTES,),
    (UINT,),
    (UINT,),
    (TAG, PARTY, UINT, UINT),
    (TAG, PARTY, UINT, LIST(ANY)),
    (TAG, PARTY, UINT),
    (TAG, PARTY, UINT, SIZED(32), UINT, SIZED(32), SIZED(64), AT_MOST(PROOF_MAX + 1, SIZED(32))),
    (TAG, ANY),
    (WORDS, EITHER(TAG, NULL), UINT, UINT, WORDS),
    (SIZED(8), SIZED(ENC_SIZE), EITHER(SIZED(8), NULL)),
    (TAG, SIZED(8), SIZED(8), UINT, UINT, SIZED(16), SEALED),
    (SIZED(8), SIZED(8), STAGES, SIZED(32)),
]


def parse_frame(data):
    """L1, the CBOR rules, L4, L2, L7, and rules 18 and 19 for bodies; the frame's type."""
    require(1 <= len(data) <= FRAME_MAX, "frame-size")
    value = decode(data)
    require(type(value) is list and value and UINT(value[0]), "frame-shape", "no type")
    kind, rest = value[0], value[1:]
    if kind >= len(FRAMES):
        return kind
    if kind == HELLO and rest and UINT(rest[0]):
        require(rest[0] == VERSION, "hello-version", str(rest[0]))
    require(ARRAY(*FRAMES[kind])(rest), "frame-shape", f"of type {kind}")
    if kind in (BATCH, COPY):
        _check_entries(rest[-1])
    return kind


def _check_entries(entries):
    """L7, then one entry after the other: a body's hash is put back, so it must be one that can be hashed."""
    require(1 <= len(entries) <= BATCH_ENTRIES_MAX, "batch-size")
    for entry in entries:
        require(CARRIED(entry), "frame-shape", "an entry")
        if len(entry) == 3:
            require(len(entry[1]) == SALT_LEN, "salt-size")
            require(len(entry[2]) <= BODY_MAX, "body-size")


def encode_stages(stages):
    """The stages of receipts as they stand in the frame."""
    return cbor2.dumps(stages, canonical=True)


def full_header(head, salt, body):
    """A header as it is hashed, from what a frame carries of it."""
    return head + b"\x58\x20" + sha256(salt + body).digest()
