"""Marks of doubt (record.md section 8): shown, never a refusal."""

from hashlib import sha256

from .entry import CHUNK, MESSAGE
from .keys import COSIGNATURE
from .rules import CHUNK_MAX

NAMES = ("time-before-cause", "time-far-off", "number-repeated", "number-gap", "attachment-broken")


def marks_of(line, logs, record, cosignatures):
    """All marks, in the record's order and, for one entry, in the order of section 8.

    `logs` are the entries of each party, `record` the same entries in order; an entry has party,
    index, header, body (bytes or None) and value (the decoded body).
    """
    earliest = _first_receipts(logs, cosignatures)
    numbers = [{} for _ in logs]
    found = []
    for entry in record:
        names = set(_time_marks(line, logs, entry, earliest[entry.party][entry.index]))
        names |= _number_marks(numbers[entry.party], entry)
        names |= _attachment_marks(logs[entry.party], entry)
        found += [{"party": entry.party, "index": entry.index, "mark": name} for name in NAMES if name in names]
    return found


def _first_receipts(logs, cosignatures):
    """For each entry the earliest time, in ms, of another party's cosignature that covers it."""
    earliest = [[None] * len(log) for log in logs]
    for one in cosignatures:
        if one.by != one.log and one.kind == COSIGNATURE:
            log, time = earliest[one.log], one.time * 1000
            log[one.size - 1] = time if log[one.size - 1] is None else min(time, log[one.size - 1])
    for log in earliest:
        for index in range(len(log) - 2, -1, -1):
            later = log[index + 1]
            if later is not None and (log[index] is None or later < log[index]):
                log[index] = later
    return earliest


def _time_marks(line, logs, entry, receipt):
    time, tolerance = entry.header.time, line.tolerance_ms
    causes = [logs[log][count - 1].header.time for log, count in enumerate(entry.header.seen) if count]
    if any(time < cause - tolerance for cause in causes):
        yield "time-before-cause"
    # a cosignature's time is in whole seconds, rounded down
    if receipt is not None and (time - receipt - 999 > tolerance or receipt - time > tolerance):
        yield "time-far-off"


def _number_marks(last, entry):
    """Note numbers against the author's highest so far of that year, 0 at first."""
    if entry.header.kind != MESSAGE or entry.value is None or 7 not in entry.value:
        return set()
    year, number = entry.value[7]
    before = last.get(year, 0)
    last[year] = max(before, number)
    if number == before + 1:
        return set()
    return {"number-repeated" if number <= before else "number-gap"}


def _attachment_marks(log, entry):
    if entry.header.kind != MESSAGE or entry.value is None:
        return set()
    whole = all(_attachment_whole(log, attachment) for attachment in entry.value.get(8, ()))
    return set() if whole else {"attachment-broken"}


def _attachment_whole(log, attachment):
    _, _, length, digest, first, chunks = attachment
    parts = log[first:first + chunks]
    if len(parts) != chunks or any(part.header.kind != CHUNK for part in parts):
        return False
    if any(part.body is None for part in parts):
        return True
    bodies = [part.body for part in parts]
    full = all(len(body) == CHUNK_MAX for body in bodies[:-1])
    return full and sum(map(len, bodies)) == length and sha256(b"".join(bodies)).digest() == digest
