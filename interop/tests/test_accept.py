"""Records that must be accepted, and what the summary says of them."""

from hashlib import sha256

import pytest
from builder import NOW, Keys, World, audit_path, consistency, enc, leaf, mth
from openline_verify import export, fork, proof, tree
from openline_verify.charter import verify_instrument


def busy(count):
    """Founded, with messages, an attachment, a receipt, a mark and an unknown kind."""
    world = World(count).found()
    first = world.message(0, 1)
    world.add(1, 3, {0: 1, 1: NOW}, refs=[first])
    chunks = [b"a" * 32768, b"b" * 10]
    at = len(world.logs[1])
    for chunk in chunks:
        world.add(1, 2, None, body_raw=chunk)
    whole = b"".join(chunks)
    world.message(1, 0, {0: 0, 7: [2027, 1], 8: [["f", "text/plain", len(whole), sha256(whole).digest(), at, 2]]})
    world.add(0, 4, {})
    world.add(0, 99, None, body_raw=b"\xff any bytes")
    return world


@pytest.mark.parametrize("count", [2, 3, 16])
def test_export(count):
    world = busy(count)
    found = export.summary(export.verify_export(world.export()))
    assert found["entries"] == len(world.all)
    assert found["record_root"] == world.root().hex()
    assert found["settled"] == world.settled()
    assert found["marks"] == []
    assert found["cosignatures"] == count * (count - 1)
    assert found["seals"] == count * count


def test_concurrent_entries_are_ordered_by_party():
    world = World(3).found()
    seen = [1, 1, 1]
    for party in (2, 0, 1):
        world.message(party, 0 if party else 1, seen=seen)
    found = export.verify_export(world.export())
    assert [(entry.party, entry.number) for entry in found.order[-3:]] == [(0, 2), (1, 2), (2, 2)]
    assert found.settled == 6 == world.settled()


def test_unsettled_tail():
    world = World(2).found()
    world.message(0, 1)
    world.message(0, 1)
    found = export.verify_export(world.export())
    assert (found.settled, len(found.order)) == (3, 4)
    assert found.settled == world.settled()


def test_purge_agreed():
    world = World(3).found()
    target = world.message(0, 1)
    purge = world.add(1, 6, {0: [list(target)], 1: "agreed"})
    world.add(0, 7, {}, refs=[purge])
    world.add(2, 7, {}, refs=[purge])
    world.logs[0][1].salt = world.logs[0][1].body = None
    assert export.summary(export.verify_export(world.export()))["tombstones"] == 1


def test_key_change_and_old_cosignatures():
    world = World(2).found()
    world.message(0, 1)
    old, new = world.members[0].node, Keys()
    early = world.checkpoint(1, 1)
    early += "\n" + world.log_line(1, early) + world.cosign_line(0, early)
    before = world.note(0, 2)
    world.add(0, 5, {0: world.members[0].credential(2, new)})
    world.members[0].node = new
    last = world.checkpoint(1)
    last += "\n" + world.log_line(1, last) + world.cosign_line(0, last) + world.seal_line(0, last)
    found = export.verify_export(world.export([before, world.note(0), last]))
    assert len(found.cosignatures) == 2
    found = export.verify_export(world.export([world.note(0, 3), last]))
    assert len(found.cosignatures) == 2
    assert old is not new and early


def test_marks():
    world = World(2, _13=10).found()
    world.message(0, 1, {0: 0, 7: [2027, 1]})
    world.message(0, 1, {0: 0, 7: [2027, 1]})
    world.message(0, 1, {0: 0, 7: [2027, 8]}, time=NOW - 11000)
    world.message(0, 1, {8: [["f", "t", 5, bytes(32), 1, 1]]}, time=NOW + 12000)
    world.message(0, 1, {0: 0, 7: [2028, 2]}, time=NOW + 10999)
    found = export.summary(export.verify_export(world.export()))
    assert [(mark["index"], mark["mark"]) for mark in found["marks"]] == [
        (2, "number-repeated"), (3, "time-before-cause"), (3, "time-far-off"), (3, "number-gap"),
        (4, "time-far-off"), (4, "attachment-broken"), (5, "number-gap")]


def fork_of(world, party=0):
    """Evidence that a party signed two histories."""
    first = world.note(party, 2)
    other = World.__new__(World)
    other.__dict__ = {**world.__dict__, "logs": [list(log) for log in world.logs], "all": list(world.all)}
    other.logs[party] = other.logs[party][:1]
    for _ in range(4):
        other.message(party, 1 - party, time=NOW + 5)
    return [first, other.note(party), mth(other.leaves(party, 2)), consistency(2, other.leaves(party))]


def test_fork_in_export_and_alone():
    world = busy(2)
    evidence = fork_of(world)
    assert export.verify_export(world.export(forks=[evidence])).forks == [{"party": 0, "sizes": [2, 5]}]
    line = verify_instrument(world.instrument, True)
    assert fork.verify_fork(enc(evidence), line)["party"] == 0


@pytest.mark.parametrize("index", [0, 1, 2, 3, 4])
def test_proof(index):
    world = busy(2)
    assert proof.verify_proof(world.proof(1, index))["leaf"] == leaf(world.logs[1][index].header).hex()


def test_proof_under_a_changed_key():
    world = World(2).found()
    new = Keys()
    credential = world.members[0].credential(2, new)
    world.add(0, 5, {0: credential})
    world.members[0].node = new
    world.message(0, 1)
    assert proof.verify_proof(world.proof(0, 2, credentials=[credential]))["cosignatures"] == 1


def test_trees():
    leaves = [leaf(bytes([n])) for n in range(20)]
    for n in range(21):
        assert tree.root_of(leaves[:n]) == mth(leaves[:n])
        for m in range(n):
            path = audit_path(m, leaves[:n])
            assert tree.inclusion_holds(leaves[m], m, n, path, mth(leaves[:n]))
            assert not tree.inclusion_holds(leaves[m], m, n, [*path, leaves[0]], mth(leaves[:n]))
            assert not path or not tree.inclusion_holds(leaves[m], m, n, path[:-1], mth(leaves[:n]))
        for m in range(1, n + 1):
            path = consistency(m, leaves[:n])
            assert tree.consistency_holds(m, mth(leaves[:m]), n, mth(leaves[:n]), path)
            assert not tree.consistency_holds(m, mth(leaves[:m]), n, mth(leaves[:n]), [*path, leaves[0]])
            assert not tree.consistency_holds(m, bytes(32), n, mth(leaves[:n]), path)
    assert tree.roots_at(leaves, [0, 3, 20]) == {n: mth(leaves[:n]) for n in (0, 3, 20)}
