"""Bundles (bundle.md), up to their frames."""

from dataclasses import dataclass

from . import hpke, identity
from .cbor import decode
from .rules import Refused, require
from .shape import ARRAY, BYTES, INT, LIST, SIZED, UINT
from .signature import ed25519_ok

MAGIC = b"openline-bundle/v1\n"
INFO, CONTEXT = b"openline/bundle/v1", b"openline/bundle/v1\n"
BUNDLE_MAX = 1 << 26
BUNDLE_FRAMES_MAX = 65536
SUITE, AAD_SIZE, PADDED_MIN = 1, 30, 512
SEALED = ARRAY(UINT, SIZED(8), SIZED(hpke.ENC_SIZE), BYTES)
SIGNED = ARRAY(BYTES, SIZED(64))
CONTENTS = ARRAY(UINT, SIZED(32), SIZED(32), UINT, INT, BYTES, LIST(BYTES))


@dataclass(frozen=True)
class Contents:
    version: int
    sender: bytes
    recipient: bytes
    number: int
    packed: int
    card: bytes
    frames: list


def padded_size(length):
    """What content of this length is padded to, with the one byte that marks its end (section 4)."""
    marked = length + 1
    if marked <= PADDED_MIN:
        return PADDED_MIN
    exponent = marked.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-marked // step) * step


def unpad(padded, rule):
    """What is before the mark; other padding breaks the rule."""
    marked = padded.rstrip(b"\0")
    good = marked.endswith(b"\x80") and padded_size(len(marked) - 1) == len(padded)
    require(good, rule, "wrong padding")
    return marked[:-1]


def open_file(data, keys, info=INFO):
    """B1 and B2 for the file: what was sealed to one of the keys."""
    require(len(data) <= BUNDLE_MAX and data.startswith(MAGIC), "bundle-format")
    try:
        sealed = decode(data[len(MAGIC):])
    except Refused as error:
        raise Refused("bundle-format", str(error)) from None
    require(SEALED(sealed) and sealed[0] == SUITE, "bundle-format", "not of its form, or another suite")
    _, key_id, enc, ciphertext = sealed
    own = next((key for key in keys if key.key_id == key_id), None)
    require(own, "bundle-recipient", "sealed to a key that is not here")
    padded = hpke.open_sealed(own, enc, info, data[:AAD_SIZE], ciphertext)
    require(padded is not None, "bundle-format", "does not open")
    return unpad(padded, "bundle-format")


def verify_opened(data, own, senders):
    """B4, B3, B2, and the card; `senders` are node keys by PartyId."""
    signed = decode(data)
    require(SIGNED(signed), "bundle-shape")
    raw, signature = signed
    value = decode(raw)
    good = CONTENTS(value) and value[0] == 1 and len(value[6]) <= BUNDLE_FRAMES_MAX
    require(good, "bundle-shape", "the contents")
    contents = Contents(*value)
    key = senders.get(contents.sender)
    require(key and ed25519_ok(key, signature, CONTEXT + raw), "bundle-sender")
    require(contents.recipient == own, "bundle-recipient", "for another party")
    card = identity.parse_card(contents.card)
    require(card.credential.certificate.party_id == contents.sender, "bundle-sender", "another party's card")
    return {"from": contents.sender.hex(), "number": contents.number, "packed": contents.packed,
            "frames": len(contents.frames)}
