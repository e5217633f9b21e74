"""The export (record.md section 10, rules 39 to 48 and 51 to 55)."""

from dataclasses import dataclass, field

from .body import check_body
from .cbor import decode_first
from .charter import verify_instrument
from .entry import CONSENT, KEY_CHANGE, PURGE, STRUCTURAL, Header, Place, check_header, check_refs, parse_header
from .fork import check_fork
from .identity import parse_credential
from .keys import COSIGNATURE, SEAL, Keyring, check_cosignatures, check_signature
from .marks import marks_of
from .note import parse_checkpoint
from .order import count_settled, lamport, record_root
from .rules import FORKS_MAX, NOTES_MAX, Refused, require
from .shape import ARRAY, BYTES, EITHER, LIST, NULL, SIZED, TEXT, UINT
from .tree import roots_at

MAGIC = b"openline-export/v1\n"
ENTRY = ARRAY(UINT, BYTES, EITHER(BYTES, NULL), EITHER(BYTES, NULL))
END = ARRAY(TEXT, UINT, UINT, SIZED(32))


@dataclass
class Entry:
    party: int
    index: int
    header: Header
    number: int
    body: bytes | None
    value: object
    leaf: bytes


class Sequence:
    """The items of the file, one after the other."""

    def __init__(self, data, pos):
        self.data, self.pos = data, pos

    def next(self):
        require(self.pos < len(self.data), "export-shape", "items are missing")
        value, self.pos = decode_first(self.data, self.pos)
        return value


@dataclass
class Record:
    """What an export holds, as it is read."""
    line: object
    keyring: Keyring
    logs: list
    numbers: list
    order: list = field(default_factory=list)
    cosignatures: list = field(default_factory=list)
    forks: list = field(default_factory=list)
    settled: int = 0
    root: bytes = b""

    @staticmethod
    def of(line):
        count = len(line.parties)
        return Record(line, Keyring(line), [[] for _ in range(count)], [[] for _ in range(count)])

    def place(self, party):
        """Where the next entry of this party stands."""
        log, line = self.logs[party], self.line
        return Place(
            parties=len(self.logs), party=party, index=len(log), posts=line.posts,
            held=list(map(len, self.logs)), previous=log[-1].header.seen if log else None,
            line_id=line.id, attachment_limit=line.attachment_limit, picks=line.picks, party_id=line.parties[party].id,
            serial=self.keyring.serial(party), kind_of=lambda who, index: self.logs[who][index].header.kind)

    def lasts(self):
        return [numbers[-1] if numbers else 0 for numbers in self.numbers]


def verify_export(data):
    """All rules of an export, in the order of section 10."""
    require(data.startswith(MAGIC), "export-magic")
    items = Sequence(data, len(MAGIC))
    instrument = items.next()
    require(BYTES(instrument), "export-shape", "instrument")
    record = Record.of(verify_instrument(instrument, founded=True))
    notes = items.next()
    require(LIST(TEXT)(notes) and len(notes) <= NOTES_MAX, "export-shape", "notes")
    forks = items.next()
    require(type(forks) is list and len(forks) <= FORKS_MAX, "export-shape", "forks")
    end = _read_entries(record, items)
    _check_absent(record)
    _check_end(record, end, items)
    _check_notes(record, notes)
    for index, fork in enumerate(forks):
        try:
            record.forks.append(check_fork(record.keyring, fork))
        except Refused as refused:
            raise refused.at(fork=index)
    return record


def _read_entries(record, items):
    """Items from 4 on; the end item."""
    while True:
        item = items.next()
        if type(item) is list and item and TEXT(item[0]):
            require(END(item) and item[0] == "end", "export-shape", "end")
            return item
        require(ENTRY(item), "export-shape", "record entry")
        party = item[0]
        require(party < len(record.logs), "export-shape", "no such party")
        try:
            _read_entry(record, *item)
        except Refused as refused:
            raise refused.at(party=party, index=len(record.logs[party]))


def _read_entry(record, party, raw, salt, body):
    """52, 1 to 38, then 53: the Lamport number is defined once the entry is in order."""
    require((salt is None) == (body is None), "export-shape", "salt without body or the reverse")
    place = record.place(party)
    header = parse_header(raw)
    check_header(header, place)
    check_refs(header, place)
    require(body is not None or header.kind not in STRUCTURAL, "body-absent", "of a kind that no purge can name")
    value = None if body is None else check_body(header, salt, body, place)
    number = lamport(header.seen, place.index, party, record.numbers)
    if record.order:
        last = record.order[-1]
        require((number, party) > (last.number, last.party), "export-order")
    entry = Entry(party, place.index, header, number, body, value, header.leaf)
    record.logs[party].append(entry)
    record.numbers[party].append(number)
    record.order.append(entry)
    if header.kind == KEY_CHANGE and value is not None:
        record.keyring.change(party, parse_credential(value[0]), place.index, header.seen)


def agreed_purges(record):
    """The entries that purges name to which every other party has consented."""
    consents, named = {}, set()
    for entry in record.order:
        if entry.header.kind == CONSENT and entry.value is not None:
            consents.setdefault(tuple(entry.header.refs[0]), set()).add(entry.party)
    for entry in record.order:
        if entry.header.kind == PURGE and entry.value is not None:
            if len(consents.get((entry.party, entry.index), ())) == len(record.logs) - 1:
                named |= set(map(tuple, entry.value[0]))
    return named


def _check_absent(record):
    """Rule 39."""
    named = agreed_purges(record)
    for entry in (entry for log in record.logs for entry in log):
        good = entry.body is not None or (entry.party, entry.index) in named
        require(good, "body-absent", party=entry.party, index=entry.index)


def _check_end(record, end, items):
    """Rule 55."""
    record.settled = count_settled([(entry.number, entry.party) for entry in record.order], record.lasts())
    record.root = record_root([(entry.party, entry.leaf) for entry in record.order])
    require(items.pos == len(items.data), "export-end", "bytes follow")
    require(end[1] == len(record.order), "export-end", "number of entries")
    require(end[2] == record.settled, "export-end", "number of settled entries")
    require(end[3] == record.root, "export-end", "record root")


def _check_notes(record, notes):
    """40 to 42, 54 and 43 to 48 for each note in turn; then 54: each log is covered in full."""
    roots = [roots_at([entry.leaf for entry in log], range(len(log) + 1)) for log in record.logs]
    last, covered = (-1, -1), [0] * len(record.logs)
    for index, note in enumerate(notes):
        try:
            checkpoint = parse_checkpoint(record.line, note)
            place = checkpoint.party, checkpoint.size
            require(place > last, "export-cover", "notes out of order, or a size twice")
            _check_note(record, checkpoint, roots[checkpoint.party])
        except Refused as refused:
            raise refused.at(note=index)
        last, covered[checkpoint.party] = place, checkpoint.size
    require(covered == list(map(len, record.logs)), "export-cover", "the last note is not of the full size")


def _check_note(record, checkpoint, roots):
    """Rules 43 to 48."""
    require(0 < checkpoint.size <= len(record.logs[checkpoint.party]), "checkpoint-size")
    require(roots[checkpoint.size] == checkpoint.root, "checkpoint-root")
    key = record.keyring.in_force(checkpoint.party, checkpoint.size)
    check_signature(record.line, checkpoint, [key])
    record.cosignatures += check_cosignatures(record.keyring, checkpoint)


def summary(record):
    """What a verified export says."""
    line, cosignatures = record.line, record.cosignatures
    return {
        "format": "export", "title": line.title, "line": line.id.hex(),
        "parties": [{"index": party.index, "id": party.id.hex(), "name": party.name,
                     "entries": len(record.logs[party.index])} for party in line.parties],
        "entries": len(record.order), "settled": record.settled, "record_root": record.root.hex(),
        "tombstones": sum(entry.body is None for entry in record.order),
        "marks": marks_of(line, record.logs, record.order, cosignatures),
        "cosignatures": sum(one.kind == COSIGNATURE for one in cosignatures),
        "seals": sum(one.kind == SEAL for one in cosignatures),
        "receipts": [_receipts(party.index, cosignatures) for party in line.parties],
        "forks": record.forks,
    }


def _receipts(log, cosignatures):
    """The first and the last time at which another party signed that it held this log."""
    others = sorted((one.time, one.size, one.by) for one in cosignatures if one.log == log != one.by)
    named = [{"time": time, "size": size, "by": by} for time, size, by in others]
    return {"log": log, "first": named[0] if named else None, "last": named[-1] if named else None}
