"""Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint; record.md section 5, rules 40 to 42)."""

import re
from dataclasses import dataclass
from hashlib import sha256

from .base import base64_decode
from .rules import NOTE_MAX, SIGNATURES_MAX, UINT64_MAX, require

DECIMAL = re.compile(r"0|[1-9][0-9]*")
DASH = "\u2014 "


@dataclass(frozen=True)
class Line:
    """One signature line: key name, key id, and the rest of the signature's bytes."""
    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    text: str
    lines: tuple


@dataclass(frozen=True)
class Checkpoint:
    note: Note
    party: int
    size: int
    root: bytes


def key_id(name, kind, public_key):
    """The first four bytes of SHA-256(name || newline || type || key)."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


def _signature_line(line):
    require(line.startswith(DASH), "note-format", "not a signature line")
    name, space, encoded = line[len(DASH):].partition(" ")
    require(name and space and "+" not in name, "note-format", "key name")
    require(not any(char.isspace() for char in name), "note-format", "a space in a key name")
    signature = base64_decode(encoded)
    require(signature is not None and len(signature) > 4, "note-format", "signature's base64")
    return Line(name, signature[:4], signature[4:])


def parse_note(data):
    """Rule 40."""
    data = data.encode() if isinstance(data, str) else data
    require(len(data) <= NOTE_MAX, "note-format", "too long")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        require(False, "note-format", "bad UTF-8")
    require(not any(char < " " and char != "\n" for char in note), "note-format", "a control character")
    text, blank, rest = note.rpartition("\n\n")
    require(blank and rest.endswith("\n"), "note-format", "no signature lines")
    lines = rest[:-1].split("\n")
    require(len(lines) <= SIGNATURES_MAX, "note-format", "too many signature lines")
    return Note(text + "\n", tuple(map(_signature_line, lines)))


def parse_checkpoint(line, data):
    """Rules 40 to 42: a note that is a checkpoint of a log of this line."""
    note = parse_note(data)
    parts = note.text.split("\n")
    require(len(parts) == 4 and parts[3] == "" and parts[0], "checkpoint-format", "not three lines")
    origin, size, root = parts[0], parts[1], base64_decode(parts[2])
    require(DECIMAL.fullmatch(size) and len(size) <= 20 and int(size) <= UINT64_MAX, "checkpoint-format", "size")
    require(root is not None and len(root) == 32, "checkpoint-format", "root")
    origins = [line.origin(party.index) for party in line.parties]
    require(origin in origins, "checkpoint-origin", origin)
    return Checkpoint(note, origins.index(origin), int(size), root)
