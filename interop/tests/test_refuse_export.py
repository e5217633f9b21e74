"""One broken record, or more, for each rule of record.md."""

import base64
import os

import pytest
from builder import NOW, Keys, Person, World, audit_path, enc, instrument, mth, signature_line
from openline_verify import export, fork, proof
from openline_verify.charter import verify_instrument
from openline_verify.rules import Refused
from test_accept import busy, fork_of

BIG = 2**53


def refused(data, rule, check=export.verify_export, **where):
    with pytest.raises(Refused) as caught:
        check(data)
    assert caught.value.rule == rule, caught.value
    assert {key: caught.value.where.get(key) for key in where} == where


# each: rule, and what to add to a founded line of two; the last entry of party 0 is the bad one
BAD_ENTRIES = [
    ("header-size", lambda w: w.message(0, 1, post="x" * 2048)),
    ("cbor-malformed", lambda w: w.message(0, 1, time=1.5)),
    ("header-version", lambda w: w.message(0, 1, version=2)),
    ("header-version", lambda w: w.message(0, 1, version=2, extra=1)),
    ("header-shape", lambda w: w.message(0, 1, version=-1)),
    ("header-shape", lambda w: w.message(0, 1, extra=1)),
    ("header-shape", lambda w: w.message(0, 1, hash=bytes(31))),
    ("header-shape", lambda w: w.message(0, 1, refs=[[0, 0, 0]])),
    ("header-shape", lambda w: w.message(0, 1, version=None)),
    ("header-shape", lambda w: w.message(0, 1, type=True)),
    ("header-type", lambda w: w.message(0, 1, type=3)),
    ("header-time", lambda w: w.message(0, 1, time=BIG)),
    ("header-time", lambda w: w.message(0, 1, time=-2**64)),
    ("header-post", lambda w: w.message(0, 1, post="Desk")),
    ("header-post", lambda w: w.message(0, 1, post="other")),
    ("header-post", lambda w: w.message(0, 1, post="node")),
    ("header-post", lambda w: w.add(0, 4, {}, post="desk")),
    ("header-post", lambda w: w.add(0, 9, {}, post="node")),
    ("seen-length", lambda w: w.message(0, 1, seen=[1])),
    ("seen-own", lambda w: w.message(0, 1, seen=[0, 1])),
    ("seen-own", lambda w: w.message(0, 1, seen=[2, 1])),
    ("seen-ahead", lambda w: w.message(0, 1, seen=[1, 2])),
    ("ref-count", lambda w: w.message(0, 1, refs=[[0, 0]] * 33)),
    ("ref-duplicate", lambda w: w.message(0, 1, refs=[[0, 0], [0, 0]])),
    ("ref-unseen", lambda w: w.message(0, 1, refs=[[0, 1]])),
    ("ref-unseen", lambda w: w.message(0, 1, refs=[[2, 0]])),
    ("ref-unseen", lambda w: w.message(0, 1, seen=[1, 0], refs=[[1, 0]])),
    ("founding-first", lambda w: w.add(0, 0, {0: w.line})),
    ("salt-size", lambda w: w.message(0, 1, salt=bytes(15))),
    ("body-size", lambda w: w.add(0, 9, None, body_raw=bytes(65537))),
    ("body-hash", lambda w: w.message(0, 1, hash=bytes(32))),
    ("body-shape", lambda w: w.add(0, 4, [])),
    ("body-shape", lambda w: w.add(0, 4, {0: 1})),
    ("cbor-trailing", lambda w: w.add(0, 4, None, body_raw=b"\xa0\xa0")),
    ("cbor-canonical", lambda w: w.add(0, 4, None, body_raw=b"\xb8\x00")),
    ("cbor-malformed", lambda w: w.add(0, 4, None, body_raw=b"\xbf\xff")),
    ("chunk-size", lambda w: w.add(0, 2, None, body_raw=b"")),
    ("chunk-size", lambda w: w.add(0, 2, None, body_raw=bytes(32769))),
    ("consent-ref", lambda w: w.add(0, 7, {})),
    ("consent-ref", lambda w: w.add(0, 7, {}, refs=[[1, 0]])),
    ("receipt-ref", lambda w: w.add(0, 3, {0: 1, 1: NOW})),
    ("receipt-ref", lambda w: w.add(0, 3, {0: 1, 1: NOW}, refs=[[0, 0]])),
    ("body-absent", lambda w: setattr(_last(w.message(0, 1), w), "body", None)),
]

# message bodies: rule, keys changed
BAD_MESSAGES = [
    ("body-shape", {13: 1}), ("body-shape", {0: -1}), ("body-shape", {0: "x"}), ("body-shape", {2: [[0]]}),
    ("body-shape", {8: [["f", "t", 1, bytes(31), 0, 1]]}), ("body-shape", {11: [1]}),
    ("message-form", {0: 12}), ("message-form", {10: 5}),
    ("message-precedence", {1: 4}), ("message-precedence", {3: [[1, "desk"]]}), ("message-precedence", {4: 1}),
    ("message-address", {2: []}), ("message-address", {2: [[2, "desk"]]}), ("message-address", {2: [[1, "node"]]}),
    ("message-address", {2: [[1, "desk"], [1, "desk"]]}), ("message-address", {2: [[1, "desk"]] * 65}),
    ("message-address", {3: [], 4: 1}),
    ("message-text", {6: []}), ("message-text", {6: [["en", 1, "x"]]}), ("message-text", {6: [["en", 0, ""]]}),
    ("message-text", {6: [["en", 0, "x"], ["fr", 0, "y"]]}), ("message-text", {6: [["en", 0, "x"], ["en", 1, "y"]]}),
    ("message-text", {6: [["e", 0, "x"]]}), ("message-text", {6: [["e_n", 0, "x"]]}),
    ("message-text", {6: [[f"l{n}", 1 if n else 0, "x"] for n in range(17)]}),
    ("message-text", {6: [["en", 0, "x"], ["fr", 2, "y"]]}),
    ("message-subject", {5: ""}), ("message-subject", {5: "x" * 1025}), ("message-subject", {9: ""}),
    ("message-subject", {12: [["", 1]]}), ("message-subject", {12: [["x", BIG]]}),
    ("message-subject", {12: [["x", 1]] * 17}), ("message-subject", {12: []}),
    ("message-number", {0: 0}), ("message-number", {7: [2027, 1]}), ("message-number", {0: 0, 7: [2027, 0]}),
    ("message-attachment", {8: []}), ("message-attachment", {8: [["", "t", 1, bytes(32), 0, 1]]}),
    ("message-attachment", {8: [["f", "t", 0, bytes(32), 0, 0]]}),
    ("message-attachment", {8: [["f", "t", 32769, bytes(32), 0, 1]]}),
    ("message-attachment", {8: [["f", "t", 1, bytes(32), 1, 1]]}),
    ("message-attachment", {8: [["f", "t", 1, bytes(32), 2**64 - 1, 1]]}),
    ("message-attachment", {8: [["f", "t", (1 << 20) + 1, bytes(32), 0, 33]]}),
    ("message-attachment", {8: [["f", "t", 1, bytes(32), 0, 1]] * 17}),
    ("message-validity", {11: [2, 2]}), ("message-validity", {11: [0, BIG]}),
    ("message-refs", {0: 9}), ("message-refs", {0: 10}), ("message-refs", {0: 11}),
]

BAD_RECEIPTS = [
    {0: 0, 1: 0}, {0: 9, 1: 0}, {0: 3, 1: 0}, {0: 1, 1: 0, 4: 1}, {0: 1, 1: BIG}, {0: 3, 1: 0, 4: BIG},
    {0: 4, 1: 0, 2: ""}, {0: 4, 1: 0, 2: "x" * 1025}, {0: 8, 1: 0, 3: ""},
]


def _last(place, world):
    entry = world.logs[place[0]][place[1]]
    entry.salt = None
    return entry


@pytest.mark.parametrize(("rule", "make"), BAD_ENTRIES)
def test_entries(rule, make):
    world = World(2).found()
    make(world)
    refused(world.export(), rule, party=0, index=1)


@pytest.mark.parametrize(("rule", "change"), BAD_MESSAGES)
def test_messages(rule, change):
    world = World(2).found()
    world.message(0, 1, change)
    refused(world.export(), rule, party=0, index=1)


@pytest.mark.parametrize("key", [0, 1, 2, 6])
def test_message_keys_needed(key):
    world = World(2).found()
    world.message(0, 1, without=[key])
    refused(world.export(), "body-shape", party=0, index=1)


@pytest.mark.parametrize("body", BAD_RECEIPTS)
def test_receipts(body):
    world = World(2).found()
    first = world.message(0, 1)
    world.add(1, 3, body, refs=[first])
    refused(world.export(), "receipt-stage", party=1, index=1)


def test_seen_backwards():
    world = World(2).found()
    world.message(1, 0)
    world.message(0, 1)
    world.message(0, 1, seen=[2, 1])
    refused(world.export(), "seen-backwards", party=0, index=2)


@pytest.mark.parametrize("change", [{"kind": 4, "body": {}}, {"refs": [[0, 0]]}, {"seen": [1, 0]}])
def test_founding_first(change):
    world = World(2)
    world.add(0, 0, {0: world.line}, seen=[0, 0])
    world.add(1, **{"kind": 0, "body": {0: world.line}, "seen": [0, 0], **change})
    rule = "ref-unseen" if "refs" in change else "founding-first"
    refused(world.export(), rule, party=1, index=0)


def test_founding_of_another_line():
    world = World(2)
    world.add(0, 0, {0: bytes(32)}, seen=[0, 0])
    refused(world.export(), "founding-charter", party=0, index=0)


def test_key_changes():
    for rule, make in [
        ("key-change-credential", lambda p: b"junk"),
        ("key-change-credential", lambda p: p.credential(2, pq=bytes(2420))),
        ("key-change-credential", lambda p: Person("Other").credential(2)),
        ("key-change-serial", lambda p: p.credential(1, Keys())),
    ]:
        world = World(2).found()
        world.add(0, 5, {0: make(world.members[0])})
        refused(world.export(), rule, party=0, index=1)


@pytest.mark.parametrize("body", [
    {0: [], 1: "x"}, {0: [[0, 1], [0, 1]], 1: "x"}, {0: [[0, 2]], 1: "x"}, {0: [[3, 0]], 1: "x"}, {0: [[0, 0]], 1: "x"},
    {0: [[0, 1]], 1: ""}, {0: [[0, 1]], 1: "x" * 1025}, {0: [[0, n] for n in range(257)], 1: "x"}])
def test_purges(body):
    world = World(2).found()
    world.message(0, 1)
    world.add(1, 6, body)
    refused(world.export(), "purge-target", party=1, index=1)


def test_consent_to_own_purge():
    world = World(2).found()
    target = world.message(0, 1)
    purge = world.add(1, 6, {0: [list(target)], 1: "x"})
    world.add(1, 7, {}, refs=[purge])
    refused(world.export(), "consent-ref", party=1, index=2)


def test_purge_not_agreed():
    world = World(3).found()
    target = world.message(0, 1)
    purge = world.add(1, 6, {0: [list(target)], 1: "agreed"})
    world.add(0, 7, {}, refs=[purge])
    world.logs[0][1].salt = world.logs[0][1].body = None
    refused(world.export(), "body-absent", party=0, index=1)


def notes_of(world, text=None, lines=None, party=0):
    """The usual notes with that of one party replaced."""
    notes = world.notes()
    text = text or world.checkpoint(party)
    notes[party] = text + "\n" + (world.log_line(party, text) if lines is None else lines)
    return notes


def test_note_format():
    world = World(2).found()
    text = world.checkpoint(0)
    good = world.log_line(0, text)
    for lines in ["", "x\n", good[:-1], good.replace("\u2014 ", "- "), good.replace("=\n", "\n"), "\u2014  AAAAAAA=\n",
                  "\u2014 a+b AAAAAAA=\n", "\u2014 a\u00a0b AAAAAAA=\n", "\u2014 a AAAA\n", good * 65, good + "\u2014 a\tb AAAAAAA=\n",
                  good + "\u2014 a " + base64.b64encode(bytes(130000)).decode() + "\n", "\u2014 a AAAAAAB=\n"]:
        refused(world.export(notes_of(world, lines=lines)), "note-format", note=0)


def test_checkpoint_format():
    world = World(2).found()
    origin, size, root, _ = world.checkpoint(0).split("\n")
    for text in [f"{origin}\n{size}\n", f"{origin}\n{size}\n{root}\nmore\n", f"{origin}\n01\n{root}\n",
                 f"{origin}\n+1\n{root}\n", f"{origin}\n{size}\n{root[:-4]}\n", f"{origin}\n{2**64}\n{root}\n",
                 f"{origin}\n\u0661\n{root}\n"]:
        refused(world.export(notes_of(world, text)), "checkpoint-format", note=0)
    refused(world.export(notes_of(world, f"{origin}x\n{size}\n{root}\n")), "checkpoint-origin", note=0)


def test_checkpoint_size_root_signature():
    world = World(2).found()
    world.message(0, 1)
    zero = world.note(0, 0)
    refused(world.export([zero, *world.notes()]), "checkpoint-size", note=0)
    text = world.checkpoint(0, root=bytes(32))
    refused(world.export(notes_of(world, text)), "checkpoint-root", note=0)
    text = world.checkpoint(0)
    for lines in [world.cosign_line(0, text), world.log_line(0, text + "x\n"), world.log_line(0, text, Keys()),
                  world.log_line(0, text) + world.log_line(0, "x")]:
        refused(world.export(notes_of(world, text, lines)), "checkpoint-signature", note=0)


def test_cosignatures():
    world = World(2).found()
    text = world.checkpoint(0)
    first, node, name = world.log_line(0, text), world.members[1].node, world.cosigner(1)
    cases = [
        ("cosignature-format", signature_line(name, 4, node.ed_public, bytes(71))),
        ("cosignature-format", signature_line(name, 6, node.pq_public, bytes(72))),
        ("cosignature-format", world.cosign_line(1, text, 0)),
        ("cosignature-format", world.seal_line(1, text, 0)),
        ("cosignature-format", world.cosign_line(1, text, 2**63)),
        ("cosignature-signature", world.cosign_line(1, "x\n")),
        ("cosignature-signature", world.seal_line(1, world.checkpoint(1, 1))),
        ("cosignature-signature", world.cosign_line(1, text) + world.seal_line(0, world.checkpoint(1))),
    ]
    for rule, line in cases:
        refused(world.export(notes_of(world, text, first + line)), rule, note=0)
    other = world.cosign_line(1, "x\n", node=Keys())
    export.verify_export(world.export(notes_of(world, text, first + other)))


@pytest.mark.parametrize("kind", ["cosign_line", "seal_line"])
def test_former_key(kind):
    world = World(2).found()
    old, new = world.members[0].node, Keys()
    world.add(0, 5, {0: world.members[0].credential(2, new)})
    world.members[0].node = new
    world.message(1, 0)
    text = world.checkpoint(1)
    notes = notes_of(world, text, world.log_line(1, text) + getattr(world, kind)(0, text, node=old), party=1)
    refused(world.export(notes), "cosignature-key", note=1)
    text = world.checkpoint(0)
    notes = notes_of(world, text, world.log_line(0, text) + getattr(world, kind)(0, text, node=old))
    refused(world.export(notes), "cosignature-key", note=0)
    notes = notes_of(world, text, world.log_line(0, text, old))
    refused(world.export(notes), "checkpoint-signature", note=0)


def test_forks():
    world = busy(2)
    first, second, root, path = fork_of(world)
    own = mth(world.leaves(0, 2))
    cases = [
        ("fork-shape", [first, second, root]), ("fork-shape", [first, second, root, [b"x"]]),
        ("fork-shape", [second, first, root, path]), ("fork-shape", [first, world.note(1), root, path]),
        ("fork-shape", [first, second.replace("\u2014", "-"), root, path]),
        ("fork-shape", [first, world.checkpoint(0) + "\n" + world.log_line(0, "x"), root, path]),
        ("fork-proof", [first, second, own, path]), ("fork-proof", [first, second, root, path[1:]]),
        ("fork-proof", [first, second, bytes(32), path]), ("fork-proof", [first, first, root, []]),
    ]
    line = verify_instrument(world.instrument, True)
    for rule, evidence in cases:
        refused(world.export(forks=[evidence]), rule, fork=0)
        refused(enc(evidence), rule, lambda data: fork.verify_fork(data, line))


def test_export_file():
    world = busy(2)
    data, notes = world.export(), world.notes()
    items = [entry.item() for entry in world.order()]
    refused(world.export(magic=b"openline-export/v2\n"), "export-magic")
    refused(b"openline-export/v1\n", "export-shape")
    refused(data[:-1], "cbor-malformed")
    refused(data[:-len(enc(["end", len(world.all), world.settled(), world.root()]))], "export-shape")
    refused(world.export([b"x"]), "export-shape")
    refused(world.export(items=[[2, *items[0][1:]]]), "export-shape")
    refused(world.export(items=[[*items[0][:3], None]]), "export-shape", party=0, index=0)
    refused(world.export(items=[items[0][:3]]), "export-shape")
    refused(world.export(items=[items[1], items[0], *items[2:]]), "export-order", party=0, index=0)
    refused(world.export(notes[:1]), "export-cover")
    refused(world.export(notes[::-1]), "export-cover")
    refused(world.export([world.note(0), *notes]), "export-cover")
    refused(world.export([world.note(0, 1), notes[1]]), "export-cover")
    good = ["end", len(world.all), world.settled(), world.root()]
    for at, value in [(1, 0), (2, 0), (3, bytes(32))]:
        refused(world.export(end=good[:at] + [value] + good[at + 1:]), "export-end")
    refused(world.export(end=["fin", *good[1:]]), "export-shape")
    refused(world.export(after=b"\0"), "export-end")
    refused(world.export(instrument=instrument(world.members, world.charter, [0])), "instrument-incomplete")


def test_order_of_reports():
    """What is reported when several things are wrong."""
    world = busy(2)
    swapped = [entry.item() for entry in world.order()]
    swapped[0], swapped[1] = swapped[1], swapped[0]
    refused(world.export(items=swapped), "export-order")
    swapped[1][2] = bytes(15)
    refused(world.export(items=swapped), "salt-size")
    bad = notes_of(world, lines="x\n")
    refused(world.export(bad, after=b"\0"), "export-end")
    refused(world.export([bad[1], bad[0]]), "note-format")
    world.logs[0][1].body = world.logs[0][1].salt = None
    refused(world.export(after=b"\0"), "body-absent")


def test_proofs():
    world = busy(2)
    data, leaves = world.proof(1, 2), world.leaves(1)
    path = audit_path(2, leaves)

    def no(rule, data, **where):
        refused(data, rule, proof.verify_proof, **where)
    no("proof-format", b"c2sp.org/tlog-proof@v2" + data[22:])
    no("proof-format", b"\n".join(line for line in data.split(b"\n") if not line.startswith(b"extra")))
    no("proof-format", data.replace(b"index 2", b"index 02"))
    no("proof-format", world.proof(1, 2, extra=enc([])))
    no("cbor-malformed", world.proof(1, 2, extra=b"\xff"))
    no("proof-format", world.proof(1, 2, item=[*world.logs[1][2].item()[1:3], None]))
    no("proof-format", world.proof(1, 2, path=[*path[:-1], b"x"]))
    no("proof-inclusion", world.proof(1, 2, path=path[:-1]))
    no("proof-inclusion", world.proof(1, 2, path=[*path, bytes(32)]))
    no("proof-inclusion", data.replace(b"index 2", b"index 3"))
    no("proof-inclusion", data.replace(b"index 2", b"index 99"))
    no("body-hash", world.proof(1, 2, item=[world.logs[1][2].header, bytes(16), b"x"]), party=1, index=2)
    no("checkpoint-origin", world.proof(1, 2, note=World(2).found().notes()[1]))
    no("checkpoint-format", world.proof(1, 2, note=world.notes()[1].replace("\n", "\nx\n", 1)))
    text = world.checkpoint(1)
    no("checkpoint-signature", world.proof(1, 2, note=text + "\n" + world.cosign_line(0, text)))
    bad = text + "\n" + world.log_line(1, text) + world.cosign_line(0, "x\n")
    no("cosignature-signature", world.proof(1, 2, note=bad))
    assert proof.verify_proof(world.proof(1, 2, item=[world.logs[1][2].header, None, None]))["tombstone"]


def test_random_damage_is_refused_and_never_crashes():
    world = busy(2)
    notes = world.notes()
    data, part = world.export(notes), enc(notes)
    begin = data.index(part)
    rules = set()
    for _ in range(1500):
        at = int.from_bytes(os.urandom(4), "big") % len(data)
        broken = data[:at] + bytes([data[at] ^ (1 << (os.urandom(1)[0] % 8))]) + data[at + 1:]
        try:
            export.verify_export(broken)
        except Refused as found:
            rules.add(found.rule)
        else:
            # a key name or key id of a cosignature that is then of no known key
            assert begin < at < begin + len(part)
    assert len(rules) > 5
