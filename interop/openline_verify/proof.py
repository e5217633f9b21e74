"""Disclosure of one entry: a C2SP tlog-proof (record.md section 11, rules 56 and 57)."""

from dataclasses import dataclass

from .base import base64_decode
from .body import check_body
from .cbor import decode
from .charter import verify_instrument
from .entry import FOUNDING, Place, check_header, check_refs, parse_header
from .identity import parse_credential
from .keys import COSIGNATURE, SEAL, Keyring, check_cosignatures, check_signature
from .note import DECIMAL, parse_checkpoint
from .rules import CREDENTIALS_MAX, PROOF_FILE_MAX, PROOF_MAX, UINT64_MAX, Refused, require
from .shape import ARRAY, BYTES, EITHER, LIST, NULL
from .tree import inclusion_holds, leaf_hash

MAGIC = "c2sp.org/tlog-proof@v1"
DISCLOSURE = ARRAY(BYTES, LIST(BYTES), BYTES, EITHER(BYTES, NULL), EITHER(BYTES, NULL))


@dataclass(frozen=True)
class File:
    extra: bytes
    index: int
    path: list
    checkpoint: str


def _parse_file(data):
    """The text format of C2SP tlog-proof; here the extra line is needed."""
    require(len(data) <= PROOF_FILE_MAX, "proof-format", "too long")
    try:
        top, blank, checkpoint = data.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise Refused("proof-format", "bad UTF-8") from None
    lines = top.split("\n")
    require(blank and len(lines) >= 3 and lines[0] == MAGIC, "proof-format", "lines are missing")
    require(lines[1].startswith("extra ") and lines[2].startswith("index "), "proof-format", "extra or index")
    extra, index = base64_decode(lines[1][6:]), lines[2][6:]
    path = [base64_decode(line) for line in lines[3:]]
    require(extra is not None, "proof-format", "extra is not base64")
    good = DECIMAL.fullmatch(index) and len(index) <= 20 and int(index) <= UINT64_MAX
    require(good, "proof-format", "index")
    require(len(path) <= PROOF_MAX and all(step is not None and len(step) == 32 for step in path), "proof-format", "path")
    return File(extra, int(index), path, checkpoint)


def _keyring(line, credentials):
    """The charter's keys and those of each listed credential; one of a party that is not of the line counts for nothing."""
    keyring = Keyring(line)
    parties = {party.id: party.index for party in line.parties}
    for raw in credentials:
        credential = parse_credential(raw)
        party = parties.get(credential.certificate.party_id)
        if party is not None:
            keyring.admit(party, credential)
    return keyring


def _known_kind(party, index):
    """All that is known of other entries: each log begins with its founding."""
    return FOUNDING if index == 0 else None


def _check_entry(line, party, index, header_raw, salt, body):
    """Rules 1 to 11 and 14 to 38, as far as one entry alone allows."""
    member = line.parties[party]
    place = Place(
        parties=len(line.parties), party=party, index=index, posts=line.posts, line_id=line.id,
        attachment_limit=line.attachment_limit, picks=line.picks, party_id=member.id,
        serial=member.credential.certificate.serial, kind_of=_known_kind)
    header = parse_header(header_raw)
    check_header(header, place)
    check_refs(header, place)
    if body is not None:
        check_body(header, salt, body, place)
    return header


def verify_proof(data):
    """The summary of a proof that holds."""
    return _summary(*verify_entry(data))


def verify_entry(data):
    """56; the instrument; the credentials; 40 to 42; 57; 1 to 11, 14 to 38; 45, 46, 48. What the proof is of."""
    file = _parse_file(data)
    value = decode(file.extra)
    good = DISCLOSURE(value) and len(value[1]) <= CREDENTIALS_MAX
    require(good, "proof-format", "extra is not of its form")
    instrument, credentials, header_raw, salt, body = value
    require((salt is None) == (body is None), "proof-format", "salt without body or the reverse")
    line = verify_instrument(instrument, founded=True)
    keyring = _keyring(line, credentials)
    checkpoint = parse_checkpoint(line, file.checkpoint)
    leaf = leaf_hash(header_raw)
    good = inclusion_holds(leaf, file.index, checkpoint.size, file.path, checkpoint.root)
    require(good, "proof-inclusion")
    try:
        header = _check_entry(line, checkpoint.party, file.index, header_raw, salt, body)
    except Refused as refused:
        raise refused.at(party=checkpoint.party, index=file.index)
    check_signature(line, checkpoint, keyring.every(checkpoint.party))
    cosignatures = check_cosignatures(keyring, checkpoint)
    return line, checkpoint, file.index, header, body, cosignatures


def _summary(line, checkpoint, index, header, body, cosignatures):
    return {
        "format": "proof", "title": line.title, "line": line.id.hex(),
        "parties": [{"index": party.index, "id": party.id.hex(), "name": party.name} for party in line.parties],
        "party": checkpoint.party, "index": index, "kind": header.kind, "time": header.time,
        "leaf": header.leaf.hex(), "size": checkpoint.size, "root": checkpoint.root.hex(),
        "tombstone": body is None,
        "cosignatures": sum(one.kind == COSIGNATURE for one in cosignatures),
        "seals": sum(one.kind == SEAL for one in cosignatures),
        "receipts": [{"by": one.by, "time": one.time, "seal": one.kind == SEAL} for one in cosignatures],
    }
