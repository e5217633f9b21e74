"""Rules D1 to D12 of loop.md, and watch statements (L13, L14)."""

import pytest
from builder import NOW, Keys, World, enc
from openline_verify import export, proof, watch
from openline_verify.loop import call_codes
from openline_verify.rules import Refused

BIG = 2**53
LONG, WORDS = "x" * 1025, "x" * 16385
TERM = ["truce", [["en", "truce"], ["fr", "tr\u00eave"]], None]

# message keys of party 0
BAD_MESSAGES = [
    ("body-shape", {16: 1}), ("body-shape", {15: [["a", "b"]]}), ("body-shape", {15: [["a", "b", -1]]}),
    ("message-class", {13: ""}), ("message-class", {13: LONG}), ("message-class", {13: "a\n"}),
    ("message-class", {14: ""}), ("message-class", {14: "a\x9f"}), ("message-class", {13: "", 15: []}),
    ("message-fields", {15: []}), ("message-fields", {15: [["a", "b", 0]] * 2}), ("message-fields", {15: [["", "b", 0]]}),
    ("message-fields", {15: [["a", "", 0]]}), ("message-fields", {15: [["a", "x" * 4097, 0]]}),
    ("message-fields", {15: [[LONG, "b", 0]]}), ("message-fields", {15: [["a", "b", 4]]}),
    ("message-fields", {15: [[str(n), "b", 0] for n in range(65)]}),
]

# kind and body of party 0, about a message of party 1 where it must be about something
BAD_BODIES = [
    (3, {0: 8, 1: 0, 5: []}, "receipt-fields"), (3, {0: 2, 1: 0, 5: [["a", "b"]]}, "receipt-fields"),
    (3, {0: 8, 1: 0, 5: [["a", "b"], ["a", "c"]]}, "receipt-fields"), (3, {0: 8, 1: 0, 5: [["a", "b", 0]]}, "body-shape"),
    (8, {0: 2}, "confirmation-value"), (8, {0: 1}, "confirmation-value"), (8, {0: 0, 1: WORDS}, "confirmation-value"),
    (8, {0: 1, 2: []}, "confirmation-value"), (8, {}, "body-shape"),
    (9, {0: 4}, "answer-value"), (9, {0: 0, 1: ""}, "answer-value"), (9, {0: 0, 2: []}, "body-shape"),
    (10, {0: 3, 1: 0}, "status-value"), (10, {0: 0, 1: BIG}, "status-value"), (10, {0: 1, 1: 0}, "status-value"),
    (10, {0: 0, 1: 0, 2: ["a"]}, "status-value"), (10, {0: 1, 1: 0, 2: []}, "status-value"),
    (10, {0: 1, 1: 0, 2: ["a", "a"]}, "status-value"), (10, {0: 1, 1: 0, 2: [str(n) for n in range(17)]}, "status-value"),
    (10, {0: 1, 1: 0, 2: ["a\t"]}, "status-value"), (10, {0: 0, 1: 0, 3: ""}, "status-value"),
    (10, {0: 0, 1: 5, 4: 5}, "status-value"), (10, {0: 2, 1: 5, 4: 6}, "status-value"), (10, {0: 0, 1: 0, 4: BIG}, "status-value"),
    (11, {0: []}, "glossary-terms"), (11, {0: [TERM, TERM]}, "glossary-terms"), (11, {0: [["a", [], None]]}, "glossary-terms"),
    (11, {0: [["a", [["en", "x"], ["EN", "x"]], None]]}, "glossary-terms"), (11, {0: [["a", [["e", "x"]], None]]}, "glossary-terms"),
    (11, {0: [["a", [["en", ""]], None]]}, "glossary-terms"), (11, {0: [["", [["en", "x"]], None]]}, "glossary-terms"),
    (11, {0: [["a", [["en", "x"]], ""]]}, "glossary-terms"), (11, {0: [["a", [["en", "x"]]]]}, "body-shape"),
    (11, {0: [[str(n), [["en", "x"]], None] for n in range(65)]}, "glossary-terms"),
    (12, {0: 2}, "accord-value"), (12, {0: 0, 1: WORDS}, "accord-value"),
    (13, {0: 4, 1: 0, 2: "x"}, "origin-value"), (13, {0: 0, 1: BIG, 2: "x"}, "origin-value"),
    (13, {0: 0, 1: 0, 2: ""}, "origin-value"), (13, {0: 0, 1: 0, 2: "x", 3: bytes(31)}, "body-shape"),
    (14, {0: 3}, "origin-value"), (14, {0: 0, 1: ""}, "origin-value"),
    (15, {0: 4, 1: [0, 1], 2: "x"}, "announcement-value"), (15, {0: 0, 1: [1, 1], 2: "x"}, "announcement-value"),
    (15, {0: 0, 1: [0, BIG], 2: "x"}, "announcement-value"), (15, {0: 0, 1: [0, 1], 2: "a\x00"}, "announcement-value"),
    (15, {0: 0, 1: [0, 1], 2: "x", 3: ""}, "announcement-value"), (15, {0: 0, 1: [0, 1], 2: "x", 4: ""}, "announcement-value"),
    (15, {0: 0, 1: [0, 1]}, "body-shape"),
]

GOOD_BODIES = [
    (3, {0: 8, 1: 0, 5: [[str(n), "v"] for n in range(64)]}), (8, {0: 0}), (8, {0: 1, 1: "x"}), (8, {0: 1, 2: [["a", "b"]]}),
    (9, {0: 3, 1: WORDS[1:]}), (10, {0: 0, 1: 1 - BIG, 4: BIG - 1}), (10, {0: 1, 1: 0, 2: ["a", "A"], 3: "x"}),
    (10, {0: 2, 1: 0}), (11, {0: [TERM, ["Truce", [["en", "x"]], "n"]]}), (12, {0: 1}), (13, {0: 3, 1: -1, 2: "x", 3: bytes(32)}),
    (14, {0: 2, 1: "x"}), (15, {0: 1, 1: [0, 1], 2: LONG[1:], 3: "x", 4: "x"}), (99, {0: "any"}),
]

ABOUT = (3, 8, 9, 12, 14)


def refused(data, rule, check=export.verify_export, **where):
    with pytest.raises(Refused) as caught:
        check(data)
    assert caught.value.rule == rule, caught.value
    assert {key: caught.value.where.get(key) for key in where} == where


def said(kind, body, refs=None):
    world = World(2).found()
    message = world.message(1, 0)
    refs = ([message] if kind in ABOUT else []) if refs is None else refs
    world.add(0, kind, body, refs=refs)
    return world


@pytest.mark.parametrize(("rule", "change"), BAD_MESSAGES)
def test_message_keys(rule, change):
    world = World(2).found()
    world.message(0, 1, change)
    refused(world.export(), rule, party=0, index=1)


@pytest.mark.parametrize(("kind", "body", "rule"), BAD_BODIES)
def test_bodies(kind, body, rule):
    world = said(kind, body)
    refused(world.export(), rule, party=0, index=1)
    refused(world.proof(0, 1), rule, proof.verify_proof)


@pytest.mark.parametrize(("kind", "body"), GOOD_BODIES)
def test_good_bodies(kind, body):
    world = said(kind, body)
    assert len(export.verify_export(world.export()).order) == 4
    assert proof.verify_proof(world.proof(0, 1))["kind"] == kind


@pytest.mark.parametrize("kind", ABOUT[1:])
@pytest.mark.parametrize("refs", [[], [(1, 1), (1, 0)], [(0, 0)]])
def test_about(kind, refs):
    refused(said(kind, {0: 99}, refs).export(), "about-ref", party=0, index=1)


@pytest.mark.parametrize(("form", "precedence", "refs", "rule"), [
    (10, 0, [(0, 1), (1, 1)], None), (11, 0, [(0, 1)], None), (9, 3, [(1, 1)], None),
    (10, 1, [(0, 1)], "message-superseding"), (11, 0, [(1, 1), (0, 1)], "message-superseding"), (11, 3, [], "message-refs")])
def test_superseding(form, precedence, refs, rule):
    world = World(2).found()
    world.message(1, 0)
    world.message(0, 1)
    world.message(0, 1, {0: form, 1: precedence}, refs=refs)
    if rule is None:
        assert len(export.verify_export(world.export()).order) == 5
    else:
        refused(world.export(), rule, party=0, index=2)


def test_call_codes_are_six_words():
    first, second = call_codes(bytes(32))
    assert len((first + " " + second).split()) == 6
    assert (first, second) != call_codes(bytes(31) + b"\1")


LINE, KEYS = bytes(range(32)), Keys()


def statement(**change):
    fields = {"version": 1, "line": LINE, "party": 1, "issued": NOW, "posts": [["duty", 1, NOW, ["en"]]],
              "notices": [[2, NOW, NOW + 1, "x"]]}
    fields.update(change)
    return enc(list(fields.values()))


def opened(raw, key=KEYS, domain=b"openline/watch/v1\n", line=LINE, party=1):
    return watch.open_watch(raw, key.ed.sign(domain + raw), line, party, KEYS.ed_public)


@pytest.mark.parametrize("change", [
    {}, {"posts": [], "notices": []}, {"posts": [[f"p{n}", 0, None, ["en"] * 16] for n in range(16)]},
    {"notices": [[0, 1 - BIG, BIG - 1, None]] * 8}])
def test_watch(change):
    assert opened(statement(**change))["issued"] == NOW


@pytest.mark.parametrize("change", [
    {"version": 2}, {"line": bytes(31)}, {"party": 16}, {"issued": BIG}, {"extra": None}, {"posts": {}},
    {"posts": [["duty", 2, None, []]]}, {"posts": [["Duty", 1, None, []]]}, {"posts": [["duty", 1, None, []]] * 2},
    {"posts": [[f"p{n}", 1, None, []] for n in range(17)]}, {"posts": [["duty", 1, BIG, []]]}, {"posts": [["duty", 1, None]]},
    {"posts": [["duty", 1, None, ["e"]]]}, {"posts": [["duty", 1, None, ["en"] * 17]]}, {"posts": [["duty", True, None, []]]},
    {"notices": [[4, 0, None, None]]}, {"notices": [[0, 0, 0, None]]}, {"notices": [[0, 0, None, ""]]},
    {"notices": [[0, 0, None, LONG]]}, {"notices": [[0, 0, None, None]] * 9}, {"notices": [[0, BIG, None, None]]}])
def test_watch_shape(change):
    refused(statement(**change), "watch-shape", opened)


@pytest.mark.parametrize("change", [{"key": Keys()}, {"domain": b""}, {"line": bytes(32)}, {"party": 0}])
def test_watch_signature(change):
    refused(statement(), "watch-signature", lambda raw: opened(raw, **change))


def test_watch_cbor():
    refused(statement() + b"\0", "cbor-trailing", opened)
    refused(b"", "cbor-malformed", opened)
