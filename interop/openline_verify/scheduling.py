"""Private scheduling (scheduling.md): rules S1 to S8, and what an opening proves of a commitment."""

from hashlib import sha256

from .entry import (SLOT_COMMITMENT, SLOT_CONFIRMATION, SLOT_EVALUATION, SLOT_OPENING, SLOT_REQUEST, SLOT_RESULT,
                    SLOT_SEAL, SLOT_WITHDRAWAL)
from .rules import PARTIES_MAX, PICKS_MAX, SLOT_MINUTES_MAX, SLOTS_MAX, WORDS_MAX, length_ok, require, time_ok
from .shape import ARRAY, BYTES, INT, LIST, MAP, SIZED, TEXT, UINT

ELEMENT, TAG, PADDING = 32, 16, 0xFFFF
BLIND_MATCH = 0
DOMAIN = b"openline/slot-commitment/v1\n"

SHAPES = {
    SLOT_REQUEST: MAP({0: UINT, 1: UINT, 2: ARRAY(INT, INT), 3: UINT, 4: UINT,
                       5: LIST(ARRAY(UINT, UINT, UINT)), 6: TEXT}),
    SLOT_COMMITMENT: MAP({0: SIZED(32), 1: SIZED(32), 2: BYTES}),
    SLOT_EVALUATION: MAP({0: BYTES, 1: SIZED(64), 2: BYTES}),
    SLOT_RESULT: MAP({0: BYTES}),
    SLOT_SEAL: MAP({0: SIZED(32)}),
    SLOT_OPENING: MAP({0: SIZED(32), 1: BYTES}),
    SLOT_CONFIRMATION: MAP({0: INT, 1: TEXT}),
    SLOT_WITHDRAWAL: MAP({}, {0: TEXT}),
}


def _count_ok(count, place):
    return 1 <= count <= PICKS_MAX and place.picks in (None, count)


def _pieces(data, length):
    return [data[at:at + length] for at in range(0, len(data), length)]


def _pieces_ok(data, length, place):
    return len(data) % length == 0 and _count_ok(len(data) // length, place)


def _ascending(items):
    return all(one < other for one, other in zip(items, items[1:]))


def _picks_ok(data, place):
    """K numbers, ascending, then nothing but padding."""
    if len(data) % 2 or not _count_ok(len(data) // 2, place):
        return False
    numbers = [int.from_bytes(piece, "big") for piece in _pieces(data, 2)]
    taken = numbers.index(PADDING) if PADDING in numbers else len(numbers)
    slots, padding = numbers[:taken], numbers[taken:]
    return _ascending(slots) and all(slot < SLOTS_MAX for slot in slots) and set(padding) <= {PADDING}


def slots(body):
    """How many slots the grid of a request has."""
    room = body[2][1] - body[2][0] - body[3] * 60000
    return 0 if room < 0 else room // (body[4] * 60000) + 1


def _check_request(header, body, place):
    """Rule S1."""
    rule = "slot-request"
    require(body[0] <= 1 and body[1] <= 1, rule, "method or rule")
    require(all(map(time_ok, body[2])), rule, "window")
    require(all(1 <= body[key] <= SLOT_MINUTES_MAX for key in (3, 4)), rule, "length or step")
    require(1 <= slots(body) <= SLOTS_MAX, rule, "number of slots")
    require(len(body[5]) <= PARTIES_MAX and len(body[5]) == place.parties, rule, "working hours")
    require(all(1 <= days <= 127 and begin < end <= 1440 for days, begin, end in body[5]), rule, "working hours")
    require(length_ok(body[6]), rule, "purpose")
    require(body[0] != BLIND_MATCH or place.parties == 2, rule, "a blind match is for two")


def _step(check):
    """Rule S2, then that of the value."""
    def run(header, body, place):
        require(len(header.refs) == 1, "slot-ref")
        check(body, place)
    return run


def _check_commitment(body, place):
    """Rule S3."""
    require(_pieces_ok(body[2], ELEMENT, place) and _ascending(_pieces(body[2], ELEMENT)), "slot-commitment")


def _check_evaluation(body, place):
    """Rule S4."""
    require(_pieces_ok(body[0], ELEMENT, place) and _pieces_ok(body[2], TAG, place), "slot-evaluation")
    tags = _pieces(body[2], TAG)
    require(_ascending(tags) and len(tags) == len(body[0]) // ELEMENT, "slot-evaluation", "tags")


def _check_confirmation(body, place):
    """Rule S7."""
    require(time_ok(body[0]) and length_ok(body[1]), "slot-confirmation")


CHECKS = {
    SLOT_REQUEST: _check_request,
    SLOT_COMMITMENT: _step(_check_commitment),
    SLOT_EVALUATION: _step(_check_evaluation),
    SLOT_RESULT: _step(lambda body, place: require(_picks_ok(body[0], place), "slot-result")),
    SLOT_SEAL: _step(lambda body, place: None),
    SLOT_OPENING: _step(lambda body, place: require(_picks_ok(body[1], place), "slot-opening")),
    SLOT_CONFIRMATION: _step(_check_confirmation),
    SLOT_WITHDRAWAL: _step(lambda body, place: require(0 not in body or length_ok(body[0], WORDS_MAX),
                                                       "slot-withdrawal")),
}


def opens(commitment, leaf, party, opening):
    """Whether an opening's body opens a commitment in the run of the request with this leaf hash."""
    return sha256(DOMAIN + leaf + bytes([party]) + opening[0] + opening[1]).digest() == commitment
