"""Entry headers (record.md section 4; rules 1 to 17)."""

from dataclasses import dataclass

from .cbor import decode
from .charter import post_ok
from .rules import HEADER_MAX, REFS_MAX, require, time_ok
from .shape import ARRAY, INT, LIST, SIZED, TEXT, UINT
from .tree import leaf_hash

FOUNDING, MESSAGE, CHUNK, RECEIPT, MARK, KEY_CHANGE, PURGE, CONSENT = range(8)
CONFIRMATION, ANSWER, STATUS, GLOSSARY, ACCORD, ORIGIN_QUERY, FINDING, ANNOUNCEMENT = range(8, 16)
TEXT_PROPOSAL, AMENDMENT, INITIAL, SIGNATURE = range(16, 20)
ENCOUNTER, STEP, CONTACT, TOPIC, POSITION, UNDERTAKING, ACCOUNT = range(20, 27)
READOUT, PUBLIC_STATEMENT = 32, 33
(SLOT_REQUEST, SLOT_COMMITMENT, SLOT_EVALUATION, SLOT_RESULT, SLOT_SEAL, SLOT_OPENING, SLOT_CONFIRMATION,
 SLOT_WITHDRAWAL) = range(40, 48)
NODE_KINDS = (FOUNDING, MARK, KEY_CHANGE)
# kinds on which the record's own rules rest
STRUCTURAL = (FOUNDING, KEY_CHANGE, PURGE, CONSENT)
REF = ARRAY(UINT, UINT)
HEADER = ARRAY(UINT, UINT, LIST(UINT), TEXT, UINT, INT, LIST(REF), SIZED(32))


@dataclass(frozen=True)
class Header:
    raw: bytes
    kind: int
    seen: list
    post: str
    type: int
    time: int
    refs: list
    body_hash: bytes

    @property
    def leaf(self):
        """Leaf hash (record.md section 5)."""
        return leaf_hash(self.raw)


@dataclass
class Place:
    """Where an entry stands: what the rules need to know beside its bytes.

    `held` (entries of each log) and `previous` (`seen` of the author's previous entry) are None where
    they can't be known, as in a disclosure; `kind_of` gives the kind of another entry or None.
    """
    parties: int
    party: int
    index: int
    posts: list | None = None
    held: list | None = None
    previous: list | None = None
    line_id: bytes | None = None
    attachment_limit: int | None = None
    picks: int | None = None
    party_id: bytes | None = None
    serial: int | None = None
    kind_of: object = lambda party, index: None


def parse_header(raw):
    """Rules 1 to 8."""
    require(len(raw) <= HEADER_MAX, "header-size")
    value = decode(raw)
    if type(value) is list and value and UINT(value[0]):
        require(value[0] == 1, "header-version", str(value[0]))
    require(HEADER(value), "header-shape")
    header = Header(raw, *value[1:])
    require(header.type <= 2, "header-type")
    require(time_ok(header.time), "header-time")
    return header


def check_header(header, place):
    """Rules 9 to 13."""
    _check_post(header, place)
    seen = header.seen
    require(len(seen) == place.parties, "seen-length")
    require(seen[place.party] == place.index, "seen-own")
    if place.previous is not None:
        require(all(now >= then for now, then in zip(seen, place.previous)), "seen-backwards")
    if place.held is not None:
        require(all(slot <= held for slot, held in zip(seen, place.held)), "seen-ahead")


def _check_post(header, place):
    """Rule 9."""
    require(post_ok(header.post), "header-post", "not well formed")
    node = header.kind in NODE_KINDS
    require((header.post == "node") == node, "header-post", "`node` and the kind")
    if not node and place.posts is not None:
        require(header.post in place.posts[place.party], "header-post", "not in the charter")


def check_refs(header, place):
    """Rules 14 to 17."""
    require(len(header.refs) <= REFS_MAX, "ref-count")
    for ref in header.refs:
        require(seen_ref(header, ref), "ref-unseen", str(ref))
    require(len({tuple(ref) for ref in header.refs}) == len(header.refs), "ref-duplicate")
    founding = header.kind == FOUNDING
    require(founding == (place.index == 0), "founding-first")
    require(not founding or not (any(header.seen) or header.refs), "founding-first", "has seen or refers")


def seen_ref(header, ref):
    """Whether a reference names an entry that the author had seen."""
    party, index = ref
    return party < len(header.seen) and index < header.seen[party]
