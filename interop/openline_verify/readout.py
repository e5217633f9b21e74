"""Readouts and public statements (readouts.md; rules R1 to R5)."""

from .charter import language_ok, languages_differ
from .entry import PUBLIC_STATEMENT, READOUT
from .loop import label_ok
from .rules import REFS_MAX, TEXTS_MAX, WORDS_MAX, length_ok, require
from .shape import ARRAY, LIST, MAP, TEXT, UINT

EXTENTS = ("cited", "quoted", "whole")
WHOLE = 2

TEXTS = LIST(ARRAY(TEXT, UINT, TEXT))
SHAPES = {
    READOUT: MAP({0: TEXTS}, {1: LIST(ARRAY(UINT, TEXT))}),
    PUBLIC_STATEMENT: MAP({0: TEXT, 1: TEXTS}, {2: LIST(UINT)}),
}


def _check_texts(texts):
    """Rule R2."""
    require(1 <= len(texts) <= TEXTS_MAX, "account-texts", "number of texts")
    languages = [language for language, _, _ in texts]
    require(all(map(language_ok, languages)) and languages_differ(languages), "account-texts", "a language")
    right = all(status == (at > 0) and text for at, (_, status, text) in enumerate(texts))
    require(right, "account-texts", "status or an empty text")


def _check_readout(header, body, place):
    """Rules R1 to R3."""
    require(header.refs, "readout-refs")
    _check_texts(body[0])
    if 1 in body:
        require(1 <= len(body[1]) <= REFS_MAX, "readout-quotes", "number of quotations")
        for number, words in body[1]:
            require(number < len(header.refs), "readout-quotes", "of nothing that is referred to")
            require(length_ok(words, WORDS_MAX), "readout-quotes", "size")
            require(any(words in text for _, _, text in body[0]), "readout-quotes", "stands in no text")


def _check_statement(header, body, place):
    """Rules R2, R4 and R5."""
    _check_texts(body[1])
    require(label_ok(body[0]), "statement-title")
    extents = body.get(2, [])
    require(2 not in body or extents, "statement-extents", "an empty list")
    require(len(extents) == len(header.refs), "statement-extents", "not one for each reference")
    require(all(extent < len(EXTENTS) for extent in extents), "statement-extents", "an extent")


CHECKS = {READOUT: _check_readout, PUBLIC_STATEMENT: _check_statement}
