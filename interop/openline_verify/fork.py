"""Fork evidence (record.md section 8, rules 49 and 50)."""

from .cbor import decode
from .keys import Keyring, check_signature
from .note import parse_checkpoint
from .rules import PROOF_MAX, Refused, require
from .shape import ARRAY, LIST, SIZED, TEXT
from .tree import consistency_holds

FORK = ARRAY(TEXT, TEXT, SIZED(32), LIST(SIZED(32)))


def _checkpoint(keyring, note):
    """A note in a fork: a checkpoint, not of size 0, signed by any known key of its party."""
    try:
        checkpoint = parse_checkpoint(keyring.line, note)
        check_signature(keyring.line, checkpoint, keyring.every(checkpoint.party))
    except Refused as refused:
        raise Refused("fork-shape", refused.rule) from None
    require(checkpoint.size > 0, "fork-shape", "size 0")
    return checkpoint


def check_fork(keyring, value):
    """Rules 49 and 50 on decoded evidence; the party that signed two histories and the two sizes."""
    require(FORK(value) and len(value[3]) <= PROOF_MAX + 1, "fork-shape", "not of its form")
    first, second = _checkpoint(keyring, value[0]), _checkpoint(keyring, value[1])
    root, path = value[2], value[3]
    require(first.party == second.party, "fork-shape", "two logs")
    require(first.size <= second.size, "fork-shape", "not in ascending size")
    require(root != first.root, "fork-proof", "the roots do not differ")
    good = consistency_holds(first.size, root, second.size, second.root, path)
    require(good, "fork-proof", "the consistency proof fails")
    return {"party": first.party, "sizes": [first.size, second.size]}


def verify_fork(data, line):
    """Fork evidence by itself, with the keys of the charter."""
    return check_fork(Keyring(line), decode(data))
