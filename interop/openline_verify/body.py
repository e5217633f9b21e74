"""Salts and bodies of entries (record.md section 4; rules 18 to 38, then those of loop.md, texts.md, encounters.md, readouts.md and scheduling.md)."""

from hashlib import sha256

from . import encounter, loop, readout, scheduling, texts
from .cbor import decode
from .charter import language_ok, languages_differ
from .entry import CHUNK, CONSENT, FOUNDING, KEY_CHANGE, MARK, MESSAGE, PURGE, RECEIPT, REF, STRUCTURAL, seen_ref
from .identity import parse_credential
from .rules import (ADDRESSEES_MAX, ATTACHMENTS_MAX, BODY_MAX, CHUNK_MAX, PURGE_MAX, SALT_LEN, STAGES_MAX,
                    TEXTS_MAX, Refused, length_ok, require, time_ok)
from .shape import ARRAY, BYTES, INT, LIST, MAP, SIZED, TEXT, UINT

NOTE_VERBALE, REPLY, CORRECTION, CANCELLATION = 0, 9, 10, 11
STAND_BY = 3
ADDRESSES = LIST(ARRAY(UINT, TEXT))
ATTACHMENT = ARRAY(TEXT, TEXT, UINT, SIZED(32), UINT, UINT)
SHAPES = {
    FOUNDING: MAP({0: SIZED(32)}),
    MESSAGE: MAP({0: UINT, 1: UINT, 2: ADDRESSES, 6: LIST(ARRAY(TEXT, UINT, TEXT))},
                 {3: ADDRESSES, 4: UINT, 5: TEXT, 7: ARRAY(UINT, UINT), 8: LIST(ATTACHMENT), 9: TEXT,
                  10: UINT, 11: ARRAY(INT, INT), 12: LIST(ARRAY(TEXT, INT)), 13: TEXT, 14: TEXT, 15: loop.FIELDS}),
    RECEIPT: MAP({0: UINT, 1: INT}, {2: TEXT, 3: TEXT, 4: INT, 5: loop.VALUES}),
    MARK: MAP({}),
    KEY_CHANGE: MAP({0: BYTES}),
    PURGE: MAP({0: LIST(REF), 1: TEXT}),
    CONSENT: MAP({}),
    **loop.SHAPES,
    **texts.SHAPES,
    **encounter.SHAPES,
    **readout.SHAPES,
    **scheduling.SHAPES,
}


def check_body(header, salt, body, place):
    """Rules 18 to 38, then D, T, E, R and S, for an entry whose body is there; the decoded body (None where it is not CBOR)."""
    require(len(salt) == SALT_LEN, "salt-size")
    require(len(body) <= BODY_MAX, "body-size")
    require(sha256(salt + body).digest() == header.body_hash, "body-hash")
    if header.kind == CHUNK:
        require(1 <= len(body) <= CHUNK_MAX, "chunk-size")
    if header.kind not in SHAPES:
        return None
    value = decode(body)
    require(SHAPES[header.kind](value), "body-shape")
    if header.kind in CHECKS:
        CHECKS[header.kind](header, value, place)
    return value


def _check_founding(header, body, place):
    """Rule 22."""
    require(place.line_id is None or body[0] == place.line_id, "founding-charter")


def _check_message(header, body, place):
    """Rules 23 to 31, D1 to D3."""
    require(body[0] <= 11 and body.get(10, 0) <= 4, "message-form")
    _check_precedence(body)
    for addresses in (body[2], body.get(3)):
        if addresses is not None:
            _check_addresses(addresses, place)
    _check_texts(body[6])
    _check_subject(body)
    _check_number(body)
    _check_attachments(body.get(8), place)
    _check_validity(body.get(11))
    require(body[0] not in (REPLY, CORRECTION, CANCELLATION) or header.refs, "message-refs")
    loop.check_message(header, body, place)


def _check_precedence(body):
    """Rule 24."""
    require(body[1] <= 3 and body.get(4, 0) <= 3, "message-precedence")
    require((3 in body) == (4 in body), "message-precedence", "info precedence and info addressees")


def _check_addresses(addresses, place):
    """Rule 25."""
    require(1 <= len(addresses) <= ADDRESSEES_MAX, "message-address", "number of addressees")
    for party, post in addresses:
        require(party < place.parties, "message-address", "no such party")
        require(place.posts is None or post in place.posts[party], "message-address", "no such post")
    require(len({tuple(address) for address in addresses}) == len(addresses), "message-address", "twice")


def _check_texts(texts):
    """Rule 26."""
    require(1 <= len(texts) <= TEXTS_MAX, "message-text", "number of texts")
    require([status for _, status, _ in texts] == [0] + [1] * (len(texts) - 1), "message-text", "authoritative")
    require(all(language_ok(language) for language, _, _ in texts), "message-text", "language")
    require(languages_differ([language for language, _, _ in texts]), "message-text", "language repeated")
    require(all(text for _, _, text in texts), "message-text", "empty")


def _check_subject(body):
    """Rule 27."""
    stages = body.get(12)
    require(all(length_ok(body[key]) for key in (5, 9) if key in body), "message-subject")
    if stages is not None:
        require(1 <= len(stages) <= STAGES_MAX, "message-subject", "number of stages")
        require(all(length_ok(name) and time_ok(time) for name, time in stages), "message-subject", "stage")


def _check_number(body):
    """Rule 28."""
    require((body[0] == NOTE_VERBALE) == (7 in body), "message-number")
    require(all(body.get(7, [1])), "message-number", "zero")


def _check_attachments(attachments, place):
    """Rule 29."""
    if attachments is None:
        return
    require(1 <= len(attachments) <= ATTACHMENTS_MAX, "message-attachment", "number of attachments")
    for name, media_type, length, _, first, chunks in attachments:
        require(length_ok(name) and length_ok(media_type), "message-attachment", "name or type")
        limit = place.attachment_limit
        require(length >= 1 and (limit is None or length <= limit), "message-attachment", "length")
        require(chunks == -(-length // CHUNK_MAX), "message-attachment", "number of chunks")
        require(first + chunks <= place.index, "message-attachment", "chunks beyond this entry")


def _check_validity(validity):
    """Rule 30."""
    if validity is not None:
        begin, end = validity
        require(end > begin and time_ok(begin) and time_ok(end), "message-validity")


def _check_receipt(header, body, place):
    """Rules 32, 33 and D4."""
    require(1 <= body[0] <= 8, "receipt-stage")
    require((body[0] == STAND_BY) == (4 in body), "receipt-stage", "promised time")
    require(time_ok(body[1]) and time_ok(body.get(4, 0)), "receipt-stage", "time")
    require(2 not in body or length_ok(body[2]), "receipt-stage", "class or language")
    require(3 not in body or length_ok(body[3], BODY_MAX), "receipt-stage", "words")
    require(len(header.refs) == 1 and header.refs[0][0] != place.party, "receipt-ref")
    loop.check_receipt(body)


def _check_key_change(header, body, place):
    """Rules 35 and 36."""
    try:
        credential = parse_credential(body[0])
    except Refused as refused:
        raise Refused("key-change-credential", refused.rule) from None
    certificate = credential.certificate
    same = place.party_id is None or certificate.party_id == place.party_id
    require(same, "key-change-credential", "another root")
    require(place.serial is None or certificate.serial > place.serial, "key-change-serial")


def _check_purge(header, body, place):
    """Rule 37."""
    targets, reason = body[0], body[1]
    require(1 <= len(targets) <= PURGE_MAX, "purge-target", "number of targets")
    require(len({tuple(target) for target in targets}) == len(targets), "purge-target", "one twice")
    for target in targets:
        require(seen_ref(header, target), "purge-target", "one not seen")
        require(place.kind_of(*target) not in STRUCTURAL, "purge-target", "the record rests on it")
    require(length_ok(reason), "purge-target", "reason")


def _check_consent(header, body, place):
    """Rule 38."""
    require(len(header.refs) == 1, "consent-ref", "number of references")
    party, index = header.refs[0]
    require(party != place.party and place.kind_of(party, index) in (None, PURGE), "consent-ref")


CHECKS = {
    FOUNDING: _check_founding, MESSAGE: _check_message, RECEIPT: _check_receipt,
    KEY_CHANGE: _check_key_change, PURGE: _check_purge, CONSENT: _check_consent,
    **loop.CHECKS,
    **texts.CHECKS,
    **encounter.CHECKS,
    **readout.CHECKS,
    **scheduling.CHECKS,
}
