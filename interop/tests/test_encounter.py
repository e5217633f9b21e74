"""Rules E1 to E10 of encounters.md."""

import pytest
from builder import World
from openline_verify import export, proof
from openline_verify.rules import Refused

BIG = 2**53
WORDS = "x" * 16385
VISIT = {0: 2, 1: "talks", 2: "minister", 3: 1}
CONTACT = {0: 2, 1: "2018", 2: "minister", 3: "a visit"}
MESSAGE = [(1, 1)]


def claim(source="x", begin=None, end=None, minutes=None):
    return {0: 2, 2: [[source, begin, end, minutes]]}


BAD = [
    (20, [], {**VISIT, 0: 3}, "encounter-value"), (20, [], {**VISIT, 3: 2}, "encounter-value"),
    (20, [], {**VISIT, 5: [[0, "a"], [0, "a"]]}, "encounter-value"), (20, [], {**VISIT, 7: ["en", "EN"]}, "encounter-value"),
    (20, [], {**VISIT, 9: [1, 1]}, "encounter-link"), (20, MESSAGE, {**VISIT, 0: 0, 10: [1, 1]}, "encounter-link"),
    (20, MESSAGE, {**VISIT, 9: [1, 1], 10: [1, 1]}, "encounter-link"), (20, [], {0: 0}, "body-shape"),
    (21, [], {0: 99}, "subject-ref"), (21, MESSAGE, {0: 8}, "step-value"), (21, MESSAGE, {0: 1}, "step-value"),
    (21, MESSAGE, {0: 1, 1: [2, 2]}, "step-value"), (21, MESSAGE, {0: 3}, "step-value"), (21, MESSAGE, {0: 4}, "step-value"),
    (21, MESSAGE, {0: 6}, "step-value"), (21, MESSAGE, {0: 0, 6: "x"}, "step-value"), (21, MESSAGE, {0: 0, 9: WORDS}, "step-value"),
    (21, MESSAGE, claim(), "time-claims"), (21, MESSAGE, claim(minutes=0), "time-claims"),
    (21, MESSAGE, claim(end=["2023-06-18T24:00", None, None, None]), "time-claims"),
    (21, MESSAGE, claim(end=["2023-06-18T20:00", "P\u00e9kin", None, None]), "time-claims"),
    (21, MESSAGE, claim(end=["\u0662023-06-18T20:0", None, None, None]), "time-claims"),
    (21, MESSAGE, claim(end=[None, None, BIG, None]), "time-claims"), (21, MESSAGE, claim(end=[None, None, None, 1]), "time-claims"),
    (22, [], {**CONTACT, 1: "2018-13"}, "contact-value"), (22, [], {**CONTACT, 1: "18"}, "contact-value"),
    (22, [], {**CONTACT, 4: 2}, "contact-value"), (22, [], {**CONTACT, 5: []}, "contact-value"),
    (23, [], {0: 2, 1: "x", 2: 0}, "topic-value"), (23, [], {0: 0, 1: "x", 2: 2}, "topic-value"),
    (24, [], {}, "subject-ref"), (24, MESSAGE, {}, "position-value"), (24, MESSAGE, {1: 5}, "position-value"),
    (25, [], {0: 0, 1: "x"}, "subject-ref"), (25, MESSAGE, {0: 0, 1: WORDS}, "undertaking-value"),
    (25, MESSAGE, {0: 0, 1: "x", 2: BIG}, "undertaking-value"),
    (26, [], {0: 0}, "subject-ref"), (26, MESSAGE, {0: 4}, "account-value"), (26, MESSAGE, {0: 0, 1: ""}, "account-value"),
]

GOOD = [
    (20, [], VISIT), (20, [(1, 0), (1, 1)], {**VISIT, 4: 0, 5: [[0, "a"], [1, "a"]], 6: "x", 7: ["en"], 8: "x", 9: [1, 0], 10: [1, 1], 11: "x"}),
    (21, MESSAGE, {0: 0}), (21, MESSAGE, {0: 1, 1: [-5, 9], 6: "x"}), (21, [(1, 1), (1, 0)], {0: 3}),
    (21, MESSAGE, {0: 5, 3: [1, 2], 9: "x"}), (21, MESSAGE, {0: 7, 4: 1}),
    (21, MESSAGE, claim(end=["2023-06-18T20:00", "Asia/Shanghai", 1687078800000, 7], minutes=330)),
    (22, [], CONTACT), (22, [], {**CONTACT, 1: "2018-10-08"}), (23, MESSAGE, {0: 1, 1: "x", 2: 1, 3: "x"}),
    (24, MESSAGE, {1: 4}), (25, MESSAGE, {0: 1, 1: WORDS[1:], 2: -5, 3: "x"}), (26, MESSAGE, {0: 3, 1: "x"}),
]


def said(kind, refs, body):
    world = World(2).found()
    world.message(1, 0)
    world.add(0, kind, body, refs=refs)
    return world


@pytest.mark.parametrize(("kind", "refs", "body", "rule"), BAD)
def test_refused(kind, refs, body, rule):
    world = said(kind, refs, body)
    for check, data in ((export.verify_export, world.export()), (proof.verify_proof, world.proof(0, 1))):
        with pytest.raises(Refused) as caught:
            check(data)
        assert caught.value.rule == rule, caught.value


@pytest.mark.parametrize(("kind", "refs", "body"), GOOD)
def test_accepted(kind, refs, body):
    world = said(kind, refs, body)
    assert len(export.verify_export(world.export()).order) == 4
    assert proof.verify_proof(world.proof(0, 1))["kind"] == kind
