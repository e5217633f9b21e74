"""Texts under negotiation (texts.md; rules T1 to T6)."""

from hashlib import sha256

from .charter import language_ok, languages_differ
from .entry import AMENDMENT, INITIAL, SIGNATURE, TEXT_PROPOSAL, seen_ref
from .identity import has_control
from .loop import label_ok, words_ok
from .rules import BRACKET_DEPTH_MAX, OPERATIONS_MAX, PARAGRAPHS_MAX, TEXTS_MAX, require
from .shape import ARRAY, EITHER, LIST, MAP, NULL, SIZED, TEXT, UINT

CLOSE, OPEN, NEXT = range(3)
INSERT, DELETE, REPLACE, BRACKET, CHOOSE, PASS_OVER = range(6)


def IS(number):
    """This number and no other."""
    return lambda value: UINT(value) and value == number


def MARK(value):
    return LIST(UINT)(value) and len(value) > 0


PARAGRAPH = LIST(ARRAY(TEXT, LIST(EITHER(TEXT, MARK))))
ID = ARRAY(UINT, UINT, UINT)
WAS = SIZED(32)
OPERATION = EITHER(
    ARRAY(IS(INSERT), EITHER(ID, NULL), PARAGRAPH), ARRAY(IS(DELETE), ID, WAS), ARRAY(IS(REPLACE), ID, WAS, PARAGRAPH),
    ARRAY(IS(BRACKET), ID, WAS, LIST(UINT)), ARRAY(IS(CHOOSE), ID, WAS, UINT, EITHER(UINT, NULL)),
    ARRAY(IS(PASS_OVER), ARRAY(UINT, UINT)))
ASSENT = MAP({0: UINT, 1: SIZED(32)}, {2: TEXT})
SHAPES = {
    TEXT_PROPOSAL: MAP({0: TEXT, 1: LIST(TEXT), 2: LIST(PARAGRAPH)}),
    AMENDMENT: MAP({0: LIST(OPERATION)}, {1: TEXT}),
    INITIAL: ASSENT,
    SIGNATURE: ASSENT,
}


def _tags_ok(languages):
    return 1 <= len(languages) <= TEXTS_MAX and all(map(language_ok, languages)) and languages_differ(languages)


def _wanted_ok(wanted, parties):
    """Parties of the charter, ascending."""
    return all(party < parties for party in wanted) and wanted == sorted(set(wanted))


def _skeleton(tokens, parties):
    """The marks of a version, which all versions have alike; words are checked on the way."""
    depth, marks, before = 0, [], None
    for token in tokens:
        if type(token) is str:
            require(token != "" and not has_control(token), "text-paragraph", "words")
            require(type(before) is not str, "text-paragraph", "words beside words")
        else:
            mark, wanted = token[0], token[1:]
            require(mark <= NEXT and _wanted_ok(wanted, parties), "text-paragraph", "a mark")
            require(mark == OPEN or depth > 0, "text-paragraph", "no bracket is open")
            require(mark != CLOSE or not wanted, "text-paragraph", "a closing mark with parties")
            depth += {OPEN: 1, NEXT: 0, CLOSE: -1}[mark]
            require(depth <= BRACKET_DEPTH_MAX, "text-paragraph", "too deep")
            marks.append(token)
        before = token
    require(depth == 0 and tokens, "text-paragraph", "open or empty")
    return marks


def _check_paragraph(paragraph, parties):
    """Rule T4."""
    require(_tags_ok([language for language, _ in paragraph]), "text-paragraph", "languages")
    skeletons = [_skeleton(tokens, parties) for _, tokens in paragraph]
    require(all(skeleton == skeletons[0] for skeleton in skeletons), "text-paragraph", "versions differ")


def _check_text(header, body, place):
    """Rules T2 to T4."""
    title, languages, paragraphs = body[0], body[1], body[2]
    require(label_ok(title) and _tags_ok(languages), "text-title")
    require(1 <= len(paragraphs) <= PARAGRAPHS_MAX, "text-paragraphs")
    require(all(language in languages for paragraph in paragraphs for language, _ in paragraph), "text-paragraphs", "language")
    for paragraph in paragraphs:
        _check_paragraph(paragraph, place.parties)


def _check_ref(header):
    """Rule T1."""
    require(len(header.refs) == 1, "text-ref")


def _check_amendment(header, body, place):
    """Rules T1, T4 and T5."""
    _check_ref(header)
    operations = body[0]
    for number, *rest in operations:
        if number in (INSERT, REPLACE):
            _check_paragraph(rest[-1], place.parties)
    require(1 <= len(operations) <= OPERATIONS_MAX, "amendment-value", "number of operations")
    require(words_ok(body, 1), "amendment-value", "words")
    for number, named, *rest in operations:
        require(named is None or seen_ref(header, named[:2]), "amendment-value", "an entry not seen")
        require(number != BRACKET or _wanted_ok(rest[-1], place.parties), "amendment-value", "parties")


def _check_assent(header, body, place):
    """Rules T1 and T6."""
    _check_ref(header)
    require(body[0] <= 1 and words_ok(body, 2), "text-assent")


CHECKS = {TEXT_PROPOSAL: _check_text, AMENDMENT: _check_amendment, INITIAL: _check_assent, SIGNATURE: _check_assent}


def text_hash(body):
    """The hash of a draft, as bytes of kind 16 have it (section 3)."""
    return sha256(b"openline/text/v1\n" + body).digest()
