"""Disclosure of one entry: a C2SP tlog-proof (record.md section 11, rules 56 and 57)."""

from dataclasses import dataclass

from .base import base64_decode
from .body import check_body
from .cbor import decode
from .charter import verify_instrument
from .entry import Place, check_header, check_refs, parse_header
from .identity import parse_credential
from .keys import COSIGNATURE, SEAL, Keyring, check_cosignatures, check_signature
from .note import DECIMAL, parse_checkpoint
from .rules import Refused, require
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
    require(DECIMAL.fullmatch(index) and len(index) <= 20, "proof-format", "index")
    require(all(step is not None and len(step) == 32 for step in path), "proof-format", "path")
    return File(extra, int(index), path, checkpoint)


def _admit(keyring, credentials):
    """Each listed credential that its party's root has signed counts as that party's key; others don't."""
    parties = {party.id: party.index for party in keyring.line.parties}
    for raw in credentials:
        try:
            credential = parse_credential(raw)
        except Refused:
            continue
        party = parties.get(credential.certificate.party_id)
        if party is not None:
            keyring.admit(party, credential)


def _check_entry(line, party, index, header_raw, salt, body):
    """Rules 1 to 11 and 14 to 38, as far as one entry alone allows."""
    member = line.parties[party]
    place = Place(
        parties=len(line.parties), party=party, index=index, posts=line.posts, line_id=line.id,
        attachment_limit=line.attachment_limit, party_id=member.id,
        serial=member.credential.certificate.serial)
    header = parse_header(header_raw)
    check_header(header, place)
    check_refs(header, place)
    if body is not None:
        check_body(header, salt, body, place)
    return header


def verify_proof(data):
    """56; the instrument; 40 to 42; 57; 1 to 11, 14 to 38; 45 to 48. The summary."""
    file = _parse_file(data)
    value = decode(file.extra)
    require(DISCLOSURE(value), "proof-format", "extra is not of its form")
    instrument, credentials, header_raw, salt, body = value
    require((salt is None) == (body is None), "proof-format", "salt without body or the reverse")
    line = verify_instrument(instrument, founded=True)
    checkpoint = parse_checkpoint(line, file.checkpoint)
    leaf = leaf_hash(header_raw)
    good = inclusion_holds(leaf, file.index, checkpoint.size, file.path, checkpoint.root)
    require(good, "proof-inclusion")
    where = {"party": checkpoint.party, "index": file.index}
    try:
        header = _check_entry(line, checkpoint.party, file.index, header_raw, salt, body)
        keyring = Keyring(line)
        _admit(keyring, credentials)
        check_signature(line, checkpoint, keyring.every(checkpoint.party))
        cosignatures = check_cosignatures(keyring, checkpoint)
    except Refused as refused:
        raise refused.at(**where)
    return _summary(line, checkpoint, file.index, header, body, cosignatures)


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
