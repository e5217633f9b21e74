"""The record's order, settlement and root (record.md section 7)."""

from .tree import leaf_hash, root_of


def lamport(seen, own_length, party, logs):
    """L of an entry, from the L of each log's entries (lists of numbers)."""
    most = logs[party][own_length - 1] if own_length else 0
    for log, count in enumerate(seen):
        if count:
            most = max(most, logs[log][count - 1])
    return 1 + most


def is_settled(number, party, lasts):
    """Whether no entry still to come can precede (number, party); `lasts` is the last L of each log."""
    return all((last + 1, other) > (number, party) for other, last in enumerate(lasts))


def count_settled(order, lasts):
    """How many of the (L, party) are settled; they are a prefix of the order."""
    return sum(is_settled(number, party, lasts) for number, party in order)


def record_root(entries):
    """The Merkle tree hash over (party, header leaf hash) in the record's order."""
    return root_of([leaf_hash(bytes([party]) + leaf) for party, leaf in entries])
