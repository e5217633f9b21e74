"""Runs the shared test vectors: one JSON file a vector, in folders by group.

A handler takes the input bytes and a `Context` and returns the values that a vector's `result` may
name. Everything not understood (a type, a context key, a result key) is a failure, never skipped. What
takes a node is left out and counted.
"""

import base64
import json
from collections import Counter
from pathlib import Path

from . import (bundle, cbor, charter, entry, export, fork, frame, hpke, identity, keys, loop, non_paper, note, order,
               proof, signature, tree, watch)
from .rules import Refused, require

FIELDS = {"name", "about", "input", "type", "expect", "context", "result", "where"}


class Unknown(Exception):
    """The vector asks something that this runner does not know."""


class Context:
    """A vector's context; `folder` is where the files that it names are."""

    def __init__(self, values, folder):
        self.values = values or {}
        self.folder = folder

    def get(self, key, otherwise=None):
        return self.values.get(key, otherwise)

    def bytes(self, key):
        """The bytes of a value, or None."""
        value = self.get(key)
        return None if value is None else unpack(value, self.folder)

    def line(self, founded=True):
        """The line of an instrument in the context."""
        raw = self.bytes("instrument")
        return None if raw is None else charter.verify_instrument(raw, founded)


def unpack(value, folder):
    """Bytes: base64, a list of parts, a shared file, one byte many times, or the base64 text of other bytes."""
    if isinstance(value, str):
        return base64.b64decode(value, validate=True)
    if isinstance(value, list):
        return b"".join(unpack(part, folder) for part in value)
    if "file" in value:
        return (Path(folder) / value["file"]).read_bytes()
    if "times" in value:
        return bytes([value["byte"]]) * value["times"]
    return base64.b64encode(unpack(value["base64"], folder))


def on_cbor(data, context):
    cbor.decode(data)
    return {}


def on_header(data, context):
    """Rules 1 to 8 on the bytes of a header."""
    header = entry.parse_header(data)
    return {"leaf": header.leaf.hex(), "kind": header.kind, "seen": header.seen, "post": header.post,
            "type": header.type, "time": header.time, "refs": header.refs, "body_hash": header.body_hash.hex()}


def on_tree(data, context):
    """The input is a leaf's data: its hash; the root of `leaves`; an inclusion or a consistency `path`."""
    leaf = tree.leaf_hash(data)
    leaves = [tree.leaf_hash(unpack(one, context.folder)) for one in context.get("leaves", [])]
    values = {"leaf": leaf.hex(), "root": tree.root_of(leaves or [leaf]).hex()}
    if context.get("path") is None:
        return values
    path = [unpack(one, context.folder) for one in context.get("path")]
    if context.get("first") is not None:
        roots = context.bytes("first_root"), context.bytes("second_root")
        good = tree.consistency_holds(context.get("first"), roots[0], context.get("second"), roots[1], path)
        require(good, "fork-proof")
        return values
    good = tree.inclusion_holds(leaf, context.get("index"), context.get("size"), path, context.bytes("root"))
    require(good, "proof-inclusion")
    return values


def on_note(data, context):
    """Rules 40 to 48 on one note, as far as the context gives what they need."""
    line = context.line()
    if line is None:
        parsed = note.parse_note(data)
        return {"text": parsed.text, "signatures": len(parsed.lines)}
    checkpoint, keyring = note.parse_checkpoint(line, data), keys.Keyring(line)
    held, root = context.get("held"), context.bytes("root")
    require(checkpoint.size > 0, "checkpoint-size")
    require(held is None or checkpoint.size <= held[checkpoint.party], "checkpoint-size")
    require(root is None or checkpoint.root == root, "checkpoint-root")
    keys.check_signature(line, checkpoint, [keyring.in_force(checkpoint.party, checkpoint.size)])
    found = keys.check_cosignatures(keyring, checkpoint)
    return {"party": checkpoint.party, "size": checkpoint.size, "root": checkpoint.root.hex(),
            "origin": line.origin(checkpoint.party),
            "cosignatures": sum(one.kind == keys.COSIGNATURE for one in found),
            "seals": sum(one.kind == keys.SEAL for one in found)}


def _certificate_values(certificate):
    return {"party_id": certificate.party_id.hex(), "name": certificate.name, "serial": certificate.serial,
            "issued": certificate.issued}


def on_certificate(data, context):
    return _certificate_values(identity.parse_certificate(data))


def on_credential(data, context):
    return _certificate_values(identity.parse_credential(data).certificate)


def _confirmed(context):
    return [identity.parse_certificate(unpack(one, context.folder)) for one in context.get("confirmed", [])]


def on_card(data, context):
    card = identity.verify_card(data, _confirmed(context))
    return {**_certificate_values(card.credential.certificate), "endpoints": card.endpoints}


def on_short(data, context):
    certificate, endpoints = identity.verify_short(data.decode("utf-8", "replace"), _confirmed(context))
    return {**_certificate_values(certificate), "endpoints": endpoints}


def on_instrument(data, context):
    """A charter file, or the bytes of an instrument."""
    founded = context.get("founded", False)
    is_file = data.startswith(b"openline")
    line = (charter.verify_charter_file if is_file else charter.verify_instrument)(data, founded)
    return charter_summary(line)


def charter_summary(line):
    return {"format": "charter", "title": line.title, "line": line.id.hex(), "signed_by": line.signed_by,
            "founded": len(line.signed_by) == len(line.parties),
            "parties": [{"index": party.index, "id": party.id.hex(), "name": party.name} for party in line.parties]}


def on_export(data, context):
    values = export.summary(export.verify_export(data))
    return {**values, "forked": [one["party"] for one in values["forks"]]}


def on_proof(data, context):
    return proof.verify_proof(data)


def on_fork(data, context):
    line = context.line()
    if line is None:
        raise Unknown("fork evidence without an instrument in the context")
    return fork.verify_fork(data, line)


def on_phrase(data, context):
    """The half of a certificate; with `other`, the phrase of the relation."""
    certificate, other = identity.parse_certificate(data), context.bytes("other")
    if other is None:
        return {"phrase": " ".join(identity.half_phrase(certificate.raw))}
    return {"phrase": identity.phrase(certificate, identity.parse_certificate(other))}


def on_call(data, context):
    """The header of an announcement: the codes of the call."""
    leaf = entry.parse_header(data).leaf
    first, second = loop.call_codes(leaf)
    return {"leaf": leaf.hex(), "first": first, "second": second}


def on_order(data, context):
    """A CBOR array of [party, seen] in the record's order."""
    entries = cbor.decode(data)
    logs = [[] for _ in range(context.get("parties", 2))]
    placed = []
    for party, seen in entries:
        number = order.lamport(seen, len(logs[party]), party, logs)
        require(not placed or (number, party) > placed[-1], "export-order", party=party, index=len(logs[party]))
        logs[party].append(number)
        placed.append((number, party))
    lasts = [log[-1] if log else 0 for log in logs]
    return {"lamport": [number for number, _ in placed], "settled": order.count_settled(placed, lasts)}


def on_ed25519(data, context):
    """One signature over the input, as a checkpoint has it."""
    good = signature.ed25519_ok(context.bytes("key"), context.bytes("signature"), data)
    require(good, "checkpoint-signature")
    return {}


def on_frame(data, context):
    """A frame of the line: its form alone."""
    return {"type": frame.parse_frame(data)}


def on_watch(data, context):
    """A watch statement: of this party on this line, by this key."""
    return watch.open_watch(data, context.bytes("signature"), context.bytes("line"), context.get("party"),
                            context.bytes("key"))


def on_opened(data, context):
    """The inside of a bundle, for `own`, from one of `senders`."""
    credentials = [identity.parse_credential(unpack(one, context.folder)) for one in context.get("senders")]
    senders = {one.certificate.party_id: one.node_ed for one in credentials}
    return bundle.verify_opened(data, context.bytes("own"), senders)


def on_bundle(data, context):
    """A sealed bundle, with the recipient's seal keys."""
    keys = [hpke.Keys(unpack(seed, context.folder)) for seed in context.get("seal_keys")]
    return on_opened(bundle.open_file(data, keys), context)


def _recipient(context):
    """Who takes a non-paper; `theirs` are offers, `ours` offers with the secret."""
    several = {key: [unpack(one, context.folder) for one in context.get(key)] for key in ("seal_keys", "theirs", "ours")}
    seal_keys = [hpke.Keys(seed) for seed in several["seal_keys"]]
    theirs = [non_paper.take_share(one, seal_keys) for one in several["theirs"]]
    ours = [non_paper.Share(one[:8], one[8:-32], one[-32:]) for one in several["ours"]]
    ids = (context.bytes(key) for key in ("own", "from", "line"))
    return non_paper.Recipient(*ids, seal_keys, theirs, ours)


def on_non_paper(data, context):
    """A frame that is off the record, as its recipient takes it."""
    return _recipient(context).take(data)


def on_non_paper_opened(data, context):
    return _recipient(context).unpack(data)


def on_non_paper_file(data, context):
    return _recipient(context).open(data)


# types that only a node can run: they are about what it keeps and answers
LEFT_OUT = {"session"}

NON_PAPER_KEYS = {"own", "from", "line", "seal_keys", "theirs", "ours"}

# type: the handler and the context keys that it knows
HANDLERS = {
    "cbor": (on_cbor, set()),
    "header": (on_header, set()),
    "tree": (on_tree, {"leaves", "path", "index", "size", "root", "first", "first_root", "second", "second_root"}),
    "note": (on_note, {"instrument", "held", "root"}),
    "certificate": (on_certificate, set()),
    "credential": (on_credential, set()),
    "card": (on_card, {"confirmed"}),
    "short": (on_short, {"confirmed"}),
    "instrument": (on_instrument, {"founded"}),
    "export": (on_export, set()),
    "proof": (on_proof, set()),
    "fork": (on_fork, {"instrument"}),
    "phrase": (on_phrase, {"other"}),
    "call": (on_call, set()),
    "order": (on_order, {"parties"}),
    "ed25519": (on_ed25519, {"key", "signature"}),
    "frame": (on_frame, set()),
    "watch": (on_watch, {"line", "party", "key", "signature"}),
    "bundle": (on_bundle, {"own", "senders", "seal_keys"}),
    "bundle-opened": (on_opened, {"own", "senders"}),
    "non-paper": (on_non_paper, NON_PAPER_KEYS),
    "non-paper-opened": (on_non_paper_opened, NON_PAPER_KEYS),
    "non-paper-file": (on_non_paper_file, NON_PAPER_KEYS),
}


def disagreement(vector, folder):
    """What is wrong with one vector, or None; `folder` is the one of all vectors."""
    unknown = sorted(set(vector) - FIELDS)
    if unknown:
        return f"unknown field {', '.join(unknown)}"
    if vector["type"] not in HANDLERS:
        return f"unknown type {vector['type']}"
    handler, known = HANDLERS[vector["type"]]
    context = Context(vector.get("context"), folder)
    unknown = sorted(set(context.values) - known)
    if unknown:
        return f"unknown context key {', '.join(unknown)}"
    try:
        values = handler(unpack(vector["input"], folder), context)
        refused = None
    except Refused as error:
        values, refused = {}, error
    got = refused.rule if refused else "ok"
    if got != vector["expect"]:
        return f"expected {vector['expect']}, got {refused or got}"
    return _compare(vector, values, refused)


def _compare(vector, values, refused):
    for key, value in vector.get("result", {}).items():
        if key not in values:
            return f"unknown result key {key}"
        if values[key] != value:
            return f"{key}: expected {value!r}, got {values[key]!r}"
    place = refused.where if refused else {}
    for key, value in (vector.get("where") or {}).items():
        if place.get(key) != value:
            return f"where {key}: expected {value!r}, got {place.get(key)!r} ({refused})"
    return None


def run(folder, out=print):
    """All vectors under a folder but those that are left out; the number that failed."""
    passed = failed = 0
    left_out = Counter()
    for path in sorted(Path(folder).rglob("*.json")):
        try:
            vector = json.loads(path.read_text())
            if vector["type"] in LEFT_OUT:
                left_out[vector["type"]] += 1
                continue
            problem = disagreement(vector, folder)
        except Exception as error:  # a vector that can't be read or run is a failed one
            problem = f"{type(error).__name__}: {error}"
        if problem:
            failed += 1
            out(f"{path.relative_to(folder)}: {problem}")
        else:
            passed += 1
    of_types = "".join(f"; {count} of type {kind} left out: they take a node" for kind, count in left_out.items())
    out(f"{passed} passed, {failed} failed{of_types}")
    return failed
