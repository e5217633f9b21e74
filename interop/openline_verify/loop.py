"""What is said of a message until it is understood, and of the line itself (loop.md; rules D1 to D12)."""

from hashlib import sha256

from .charter import language_ok, languages_differ
from .entry import ACCORD, ANNOUNCEMENT, ANSWER, CONFIRMATION, FINDING, GLOSSARY, ORIGIN_QUERY, STATUS
from .identity import has_control, words_of
from .rules import CLASSES_MAX, FIELD_MAX, FIELDS_MAX, TERMS_MAX, TEXTS_MAX, WORDS_MAX, length_ok, require, time_ok
from .shape import ARRAY, EITHER, INT, LIST, MAP, NULL, SIZED, TEXT, UINT

READ_BACK = 8
SUPERSEDING, FLASH = (10, 11), 0
CORRECTED, NARROW, RESUME = 1, 1, 2
FLAGS_MAX = 3

VALUES = LIST(ARRAY(TEXT, TEXT))
FIELDS = LIST(ARRAY(TEXT, TEXT, UINT))
TERM = ARRAY(TEXT, LIST(ARRAY(TEXT, TEXT)), EITHER(TEXT, NULL))
CHOICE = MAP({0: UINT}, {1: TEXT})
SHAPES = {
    CONFIRMATION: MAP({0: UINT}, {1: TEXT, 2: VALUES}),
    ANSWER: CHOICE,
    STATUS: MAP({0: UINT, 1: INT}, {2: LIST(TEXT), 3: TEXT, 4: INT}),
    GLOSSARY: MAP({0: LIST(TERM)}),
    ACCORD: CHOICE,
    ORIGIN_QUERY: MAP({0: UINT, 1: INT, 2: TEXT}, {3: SIZED(32)}),
    FINDING: CHOICE,
    ANNOUNCEMENT: MAP({0: UINT, 1: ARRAY(INT, INT), 2: TEXT}, {3: TEXT, 4: TEXT}),
}


def label_ok(text):
    """A class, a template, an office: short, and without control characters."""
    return length_ok(text) and not has_control(text)


def words_ok(body, key):
    """Words that may be missing."""
    return key not in body or length_ok(body[key], WORDS_MAX)


def named_ok(items):
    """1 to so many [name, value, ...], each name once."""
    names = [item[0] for item in items]
    return (1 <= len(items) <= FIELDS_MAX and len(set(names)) == len(names)
            and all(length_ok(item[0]) and length_ok(item[1], FIELD_MAX) for item in items))


def check_message(header, body, place):
    """Rules D1 to D3."""
    require(all(label_ok(body[key]) for key in (13, 14) if key in body), "message-class")
    if 15 in body:
        require(named_ok(body[15]), "message-fields")
        require(all(flags <= FLAGS_MAX for _, _, flags in body[15]), "message-fields", "flags")
    if body[0] in SUPERSEDING:
        require(body[1] == FLASH, "message-superseding", "not of precedence flash")
        require(header.refs[0][0] == place.party, "message-superseding", "of another party's message")


def check_receipt(body):
    """Rule D4."""
    if 5 in body:
        require(body[0] == READ_BACK, "receipt-fields", "not a read-back")
        require(named_ok(body[5]), "receipt-fields")


def _check_about(header, place):
    """Rule D5."""
    require(len(header.refs) == 1 and header.refs[0][0] != place.party, "about-ref")


def _check_confirmation(header, body, place):
    """Rules D5 and D6."""
    _check_about(header, place)
    require(body[0] <= 1, "confirmation-value")
    require(words_ok(body, 1), "confirmation-value", "words")
    require(2 not in body or named_ok(body[2]), "confirmation-value", "values")
    require(body[0] != CORRECTED or 1 in body or 2 in body, "confirmation-value", "corrects nothing")


def _check_status(header, body, place):
    """Rule D8."""
    require(body[0] <= 2, "status-value")
    require(time_ok(body[1]) and time_ok(body.get(4, 0)), "status-value", "time")
    require((2 in body) == (body[0] == NARROW), "status-value", "classes and narrowing")
    classes = body.get(2, ["-"])
    require(1 <= len(classes) <= CLASSES_MAX and len(set(classes)) == len(classes), "status-value", "classes")
    require(all(map(label_ok, classes)), "status-value", "a class")
    require(words_ok(body, 3), "status-value", "reason")
    require(4 not in body or (body[4] > body[1] and body[0] != RESUME), "status-value", "until")


def _check_glossary(header, body, place):
    """Rule D9."""
    concepts = [concept for concept, _, _ in body[0]]
    require(1 <= len(concepts) <= TERMS_MAX, "glossary-terms", "number of terms")
    require(len(set(concepts)) == len(concepts), "glossary-terms", "a concept twice")
    for concept, equivalents, note in body[0]:
        languages = [language for language, _ in equivalents]
        require(1 <= len(languages) <= TEXTS_MAX, "glossary-terms", "number of equivalents")
        require(all(map(language_ok, languages)), "glossary-terms", "a language")
        require(languages_differ(languages), "glossary-terms", "a language twice")
        texts = [concept, *(text for _, text in equivalents), *([] if note is None else [note])]
        require(all(map(length_ok, texts)), "glossary-terms", "a text")


def _choice(rule, most):
    """Rule D5, then that of a choice with words."""
    def check(header, body, place):
        _check_about(header, place)
        require(body[0] <= most, rule)
        require(words_ok(body, 1), rule, "words")
    return check


def _check_origin(header, body, place):
    """Rule D11 for a query."""
    require(body[0] <= 3, "origin-value", "channel")
    require(time_ok(body[1]), "origin-value", "time")
    require(words_ok(body, 2), "origin-value", "words")


def _check_announcement(header, body, place):
    """Rule D12."""
    begin, end = body[1]
    require(body[0] <= 3, "announcement-value", "channel")
    require(end > begin and time_ok(begin) and time_ok(end), "announcement-value", "times")
    require(all(label_ok(body[key]) for key in (2, 3) if key in body), "announcement-value", "an office")
    require(words_ok(body, 4), "announcement-value", "words")


CHECKS = {
    CONFIRMATION: _check_confirmation, ANSWER: _choice("answer-value", 3), STATUS: _check_status,
    GLOSSARY: _check_glossary, ACCORD: _choice("accord-value", 1), ORIGIN_QUERY: _check_origin,
    FINDING: _choice("origin-value", 2), ANNOUNCEMENT: _check_announcement,
}


def call_codes(leaf):
    """The two codes of an announcement, three words each (section 7)."""
    words = words_of(sha256(b"openline/call/v1\n" + leaf).digest())
    return " ".join(words[:3]), " ".join(words[3:])
