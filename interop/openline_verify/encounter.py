"""Encounters, older contacts, topics and undertakings (encounters.md; rules E1 to E10)."""

import re

from .charter import language_ok, languages_differ
from .entry import ACCOUNT, CONTACT, ENCOUNTER, POSITION, REF, STEP, TOPIC, UNDERTAKING
from .loop import label_ok, words_ok
from .rules import CLAIMS_MAX, PARTICIPANTS_MAX, TEXTS_MAX, WORDS_MAX, length_ok, require, time_ok
from .shape import ARRAY, EITHER, INT, LIST, MAP, NULL, TEXT, UINT

SCHEDULED, HELD, READ_OUT, DECLINED, POSTPONED, ASKED_BY, RETURN_OWED = range(1, 8)
VISIT = 2
MINUTES_MAX = 527040
CIVIL = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)", re.ASCII)
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
ZONE = re.compile(r"[A-Za-z0-9/_+-]{1,64}")

PARTICIPANTS = LIST(ARRAY(UINT, TEXT))
WINDOW = ARRAY(INT, INT)
MOMENT = ARRAY(EITHER(TEXT, NULL), EITHER(TEXT, NULL), EITHER(INT, NULL), EITHER(UINT, NULL))
CLAIM = ARRAY(TEXT, EITHER(MOMENT, NULL), EITHER(MOMENT, NULL), EITHER(UINT, NULL))
SETTING = {5: PARTICIPANTS, 6: TEXT, 7: LIST(TEXT), 8: TEXT}
SHAPES = {
    ENCOUNTER: MAP({0: UINT, 1: TEXT, 2: TEXT, 3: UINT}, {4: UINT, **SETTING, 9: REF, 10: REF, 11: TEXT}),
    STEP: MAP({0: UINT}, {1: WINDOW, 2: LIST(CLAIM), 3: WINDOW, 4: UINT, **SETTING, 9: TEXT}),
    CONTACT: MAP({0: UINT, 1: TEXT, 2: TEXT, 3: TEXT}, {4: UINT, 5: PARTICIPANTS, 6: TEXT, 7: TEXT}),
    TOPIC: MAP({0: UINT, 1: TEXT, 2: UINT}, {3: TEXT}),
    POSITION: MAP({}, {0: TEXT, 1: UINT}),
    UNDERTAKING: MAP({0: UINT, 1: TEXT}, {2: INT, 3: TEXT}),
    ACCOUNT: MAP({0: UINT}, {1: TEXT}),
}


def _check_subject(header):
    """Rule E1."""
    require(header.refs, "subject-ref")


def _participants_ok(items, place):
    return (1 <= len(items) <= PARTICIPANTS_MAX and len({tuple(item) for item in items}) == len(items)
            and all(party < place.parties and label_ok(office) for party, office in items))


def _setting_ok(body, place):
    languages = body.get(7, ["en"])
    return (_participants_ok(body.get(5, [[0, "-"]]), place) and label_ok(body.get(6, "-")) and label_ok(body.get(8, "-"))
            and 1 <= len(languages) <= TEXTS_MAX and all(map(language_ok, languages)) and languages_differ(languages))


def _window_ok(window):
    begin, end = window
    return end > begin and time_ok(begin) and time_ok(end)


def _check_encounter(header, body, place):
    """Rules E2 and E3."""
    rule = "encounter-value"
    require(body[0] <= VISIT and label_ok(body[1]) and label_ok(body[2]), rule)
    require(body[3] < place.parties and body.get(4, 0) < place.parties, rule, "a party")
    require(_setting_ok(body, place), rule, "setting")
    require(words_ok(body, 11), rule, "words")
    links = [list(body[key]) for key in (9, 10) if key in body]
    named = [list(ref) for ref in header.refs]
    require(all(link in named for link in links), "encounter-link", "not among the references")
    require(10 not in body or body[0] == VISIT, "encounter-link", "no visit")
    require(len(links) < 2 or links[0] != links[1], "encounter-link", "both are one")


def _check_step(header, body, place):
    """Rules E1, E4 and E5."""
    _check_subject(header)
    rule, act = "step-value", body[0]
    require(act <= RETURN_OWED, rule)
    require((1 in body) == (act == SCHEDULED), rule, "window")
    require((4 in body) == (act in (ASKED_BY, RETURN_OWED)) and body.get(4, 0) < place.parties, rule, "party")
    require(2 not in body or act == HELD, rule, "claims")
    require(3 not in body or act in (DECLINED, POSTPONED), rule, "next window")
    require(act in (SCHEDULED, HELD) or not any(key in body for key in SETTING), rule, "setting")
    require(act not in (DECLINED, POSTPONED) or 9 in body, rule, "no reason")
    require(all(_window_ok(body[key]) for key in (1, 3) if key in body), rule, "a window")
    require(_setting_ok(body, place) and words_ok(body, 9), rule, "setting or words")
    require(act != READ_OUT or len(header.refs) >= 2, rule, "no readout")
    if 2 in body:
        require(1 <= len(body[2]) <= CLAIMS_MAX and all(map(_claim_ok, body[2])), "time-claims")


def _claim_ok(claim):
    """Rule E5."""
    source, begin, end, minutes = claim
    return (label_ok(source) and claim[1:] != [None] * 3 and (minutes is None or 1 <= minutes <= MINUTES_MAX)
            and all(_moment_ok(moment) for moment in (begin, end) if moment is not None))


def _moment_ok(moment):
    civil, zone, utc, weekday = moment
    return ((civil is not None or utc is not None) and (zone is None or civil is not None)
            and (civil is None or _civil_ok(civil)) and (zone is None or ZONE.fullmatch(zone) is not None)
            and (utc is None or time_ok(utc)) and (weekday is None or 1 <= weekday <= 7))


def _civil_ok(text):
    match = CIVIL.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute = map(int, match.groups())
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59


def _date_ok(text):
    match = DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (1 if part is None else int(part) for part in match.groups())
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= 31


def _check_contact(header, body, place):
    """Rule E6."""
    rule = "contact-value"
    require(body[0] <= VISIT and _date_ok(body[1]), rule, "kind or date")
    require(label_ok(body[2]) and label_ok(body[3]) and label_ok(body.get(6, "-")), rule, "a label")
    require(body.get(4, 0) < place.parties and _participants_ok(body.get(5, [[0, "-"]]), place), rule, "a party")
    require(words_ok(body, 7), rule, "words")


def _check_topic(header, body, place):
    """Rule E7."""
    require(body[0] <= 1 and label_ok(body[1]) and body[2] < place.parties and words_ok(body, 3), "topic-value")


def _check_position(header, body, place):
    """Rules E1 and E8."""
    _check_subject(header)
    require(body and words_ok(body, 0) and body.get(1, 0) <= 4, "position-value")


def _check_undertaking(header, body, place):
    """Rules E1 and E9."""
    _check_subject(header)
    require(body[0] < place.parties and length_ok(body[1], WORDS_MAX), "undertaking-value")
    require(time_ok(body.get(2, 0)) and label_ok(body.get(3, "-")), "undertaking-value", "time or office")


def _check_account(header, body, place):
    """Rules E1 and E10."""
    _check_subject(header)
    require(body[0] <= 3 and words_ok(body, 1), "account-value")


CHECKS = {
    ENCOUNTER: _check_encounter, STEP: _check_step, CONTACT: _check_contact, TOPIC: _check_topic,
    POSITION: _check_position, UNDERTAKING: _check_undertaking, ACCOUNT: _check_account,
}
