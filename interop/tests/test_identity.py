"""Certificates, credentials, cards, the phrase, charters and instruments."""

import base64
from hashlib import sha256

import pytest
from builder import Keys, Person, World, armour, enc, instrument, people, terms
from openline_verify import charter, identity
from openline_verify.rules import Refused

ANNA = Person("Anna")


def refused(rule, check, *arguments):
    with pytest.raises(Refused) as caught:
        check(*arguments)
    assert caught.value.rule == rule, caught.value


@pytest.mark.parametrize("change", [
    {"version": 2}, {"name": ""}, {"name": "x" * 65}, {"name": " x"}, {"name": "x "}, {"name": "a\nb"},
    {"name": "a\u0085b"}, {"name": "a\x7fb"}, {"serial": 0}, {"serial": -1}, {"node_ed": bytes(31)},
    {"issued": 2**53}, {"issued": True}, {"more": 1}])
def test_certificate_shape(change):
    raw = ANNA.certificate(**change)
    refused("certificate-shape", identity.parse_certificate, raw)
    refused("certificate-shape", identity.parse_credential, ANNA.credential(certificate=raw))


def test_credential():
    good = identity.parse_credential(ANNA.credential())
    assert good.certificate.party_id == ANNA.id
    for rule, change in [
        ("credential-shape", {"ed": bytes(63)}), ("credential-shape", {"more": 1}),
        ("credential-hash", {"root_pq": Keys().pq_public}), ("credential-hash", {"node_pq": Keys().pq_public}),
        ("credential-signature", {"ed": bytes(64)}), ("credential-signature", {"pq": bytes(2420)}),
    ]:
        refused(rule, identity.parse_credential, ANNA.credential(**change))
    refused("cbor-trailing", identity.parse_credential, ANNA.credential() + b"\0")
    refused("cbor-malformed", identity.parse_credential, ANNA.credential(certificate=b"\xff"))


def test_card():
    card = identity.verify_card(ANNA.card(["tls://[2001:db8::1]:443", "quic://10.0.0.1:1"]))
    assert card.credential.certificate.name == "Anna"
    good = ANNA.card()
    raw = base64.b64decode(b"".join(good.split(b"\n")[1:]))
    assert identity.verify_card(armour("openline-card/v1", raw, 13))
    for rule, data in [
        ("card-shape", good[:-1]), ("card-shape", good + b"\n"), ("card-shape", good.replace(b"/v1", b"/v2")),
        ("card-shape", good.replace(b"\n", b"\r\n")), ("card-shape", armour("openline-card/v1", raw, 77)),
        ("card-shape", good + b"A" * 32768), ("card-shape", armour("openline-card/v1", enc([]))),
        ("card-shape", ANNA.card(version=2)), ("card-shape", ANNA.card(seal=bytes(1215))),
        ("cbor-trailing", armour("openline-card/v1", raw + b"\0")),
        ("card-endpoint", ANNA.card(["quic://h:1"] * 17)), ("card-signature", ANNA.card(signer=Keys())),
        ("credential-signature", ANNA.card(credential=ANNA.credential(ed=bytes(64)))),
    ]:
        refused(rule, identity.verify_card, data)


@pytest.mark.parametrize("endpoint", [
    "http://h:1", "quic://h", "quic://:1", "quic://h:0", "quic://h:65536", "quic://h:01", "quic://h:1/",
    "quic://[::1:1", "quic://[zz]:1", "quic://::1:1", "quic://" + "h" * 250 + ":1", "quic://h h:1", "QUIC://h:1",
    "quic://h:1\n", "quic://h:\u0661"])
def test_endpoints(endpoint):
    refused("card-endpoint", identity.verify_card, ANNA.card([endpoint]))


def short(certificate=None, signature=None, endpoints=("quic://h:1",)):
    certificate = certificate or ANNA.certificate()
    signature = signature or ANNA.root.ed.sign(b"openline/certificate/v1\n" + certificate)
    raw = enc([certificate, signature, list(endpoints)])
    return "OPENLINE1:" + base64.b32encode(raw).decode().rstrip("=")


def test_short():
    assert identity.verify_short(short())[0].party_id == ANNA.id
    refused("card-shape", identity.verify_short, short() + "=")
    refused("card-shape", identity.verify_short, short().lower())
    refused("card-shape", identity.verify_short, "OPENLINE1:" + short()[10:].lower())
    refused("credential-signature", identity.verify_short, short(signature=bytes(64)))
    refused("certificate-shape", identity.verify_short, short(ANNA.certificate(serial=0)))
    refused("card-endpoint", identity.verify_short, short(endpoints=["x"]))


def test_changed_card():
    known = [identity.parse_certificate(ANNA.certificate(2))]
    assert identity.verify_card(ANNA.card(credential=ANNA.credential(2)), known)
    assert identity.verify_card(ANNA.card(credential=ANNA.credential(3)), known)
    refused("card-changed", identity.verify_card, ANNA.card(credential=ANNA.credential(1)), known)
    refused("card-changed", identity.verify_card, Person("Anna").card(), known)


def test_phrase():
    first, second = (identity.parse_certificate(person.certificate()) for person in people(2))
    said = identity.phrase(second, first)
    assert said == identity.phrase(first, second)
    value = sha256(b"openline/phrase/v1\n" + first.raw).digest()
    for _ in range(1 << 20):
        value = sha256(value).digest()
    bits = "".join(f"{byte:08b}" for byte in value)
    listed = identity.words()
    assert said.split()[:6] == [listed[int(bits[at:at + 11], 2)] for at in range(0, 66, 11)]
    assert len(listed) == 2048


MEMBERS = people(2)


def made(members=MEMBERS, signers=None, **change):
    return instrument(members, enc(terms(members, **change)), signers)


def entry_of(person, posts=("desk",), zone="UTC"):
    return [person.credential(), list(posts), zone]


@pytest.mark.parametrize(("rule", "change"), [
    ("charter-shape", {"_0": 2}), ("charter-shape", {"_19": 1}), ("charter-shape", {"_15": bytes(15)}),
    ("charter-shape", {"_6": [[1, 1, 1]] * 3}), ("charter-shape", {"_4": -1}),
    ("charter-shape", {"_1": "x" * (1 << 20)}),
    ("charter-members", {"_3": [entry_of(MEMBERS[0])]}),
    ("charter-members", {"_3": [entry_of(MEMBERS[1]), entry_of(MEMBERS[0])]}),
    ("charter-members", {"_3": [entry_of(MEMBERS[0]), entry_of(MEMBERS[0])]}),
    ("charter-member", {"_3": [entry_of(MEMBERS[0], []), entry_of(MEMBERS[1])]}),
    ("charter-member", {"_3": [entry_of(MEMBERS[0], ["node"]), entry_of(MEMBERS[1])]}),
    ("charter-member", {"_3": [entry_of(MEMBERS[0], ["a", "a"]), entry_of(MEMBERS[1])]}),
    ("charter-member", {"_3": [entry_of(MEMBERS[0], ["A"]), entry_of(MEMBERS[1])]}),
    ("charter-member", {"_3": [entry_of(MEMBERS[0], zone="a b"), entry_of(MEMBERS[1])]}),
    ("charter-terms", {"_1": ""}), ("charter-terms", {"_1": "x" * 257}), ("charter-terms", {"_1": "a\tb"}),
    ("charter-terms", {"_2": "x" * 65}), ("charter-terms", {"_4": 0}), ("charter-terms", {"_4": 86401}),
    ("charter-terms", {"_5": ["", [], 1, 0]}), ("charter-terms", {"_5": ["UTC", ["24:00"], 1, 0]}),
    ("charter-terms", {"_5": ["UTC", ["06:00"] * 49, 1, 0]}), ("charter-terms", {"_5": ["UTC", [], 0, 0]}),
    ("charter-terms", {"_5": ["UTC", [], 128, 0]}), ("charter-terms", {"_5": ["UTC", [], 1, 2]}), ("charter-shape", {"_5": ["UTC", []]}),
    ("charter-terms", {"_16": [0, 0, 0, 65536]}), ("charter-shape", {"_16": [0] * 3}), ("charter-terms", {"_17": 3}),
    ("charter-terms", {"_18": [0, 0]}), ("charter-terms", {"_18": [65, 0]}), ("charter-terms", {"_18": [1, 65]}),
    ("charter-shape", {"_18": [1]}), ("charter-terms", {"_7": []}),
    ("charter-terms", {"_7": ["en", "en"]}), ("charter-terms", {"_7": ["e"]}), ("charter-terms", {"_8": 2}),
    ("charter-terms", {"_9": [""]}), ("charter-terms", {"_9": ["x"] * 17}), ("charter-terms", {"_11": [0, 1]}),
    ("charter-terms", {"_12": (1 << 30) + 1}), ("charter-terms", {"_14": 86400001}),
])
def test_charter_rules(rule, change):
    members = change.get("_3", MEMBERS)
    charter_raw = enc(terms(MEMBERS, **change))
    raw = enc([charter_raw, []]) if members is not MEMBERS else instrument(MEMBERS, charter_raw)
    refused(rule, charter.verify_instrument, raw, False)


def test_a_name_twice():
    pair = sorted((Person("Same"), Person("Same")), key=lambda person: person.id)
    refused("charter-members", charter.verify_instrument, made(pair), True)


def test_instrument():
    raw = made()
    assert charter.verify_instrument(raw, True).title == "Test line"
    assert charter.verify_charter_file(armour("openline-charter/v1", raw)).signed_by == [0, 1]
    refused("instrument-shape", charter.verify_charter_file, b"openline-charter/v1\n")
    refused("instrument-shape", charter.verify_instrument, made(signers=[1, 0]), True)
    refused("instrument-shape", charter.verify_instrument, made(signers=[0, 0]), True)
    refused("instrument-incomplete", charter.verify_instrument, made(signers=[1]), True)
    assert charter.verify_instrument(made(signers=[]), False).signed_by == []
    text = enc(terms(MEMBERS))
    outsider = enc([text, [[2, bytes(64), bytes(2420)]]])
    refused("instrument-shape", charter.verify_instrument, outsider, False)
    refused("instrument-signature", charter.verify_instrument, instrument(MEMBERS[::-1], text), True)
    refused("cbor-malformed", charter.verify_instrument, enc([b"", []]), False)


def test_names_of_a_line():
    world = World(2)
    line = charter.verify_instrument(world.instrument, True)
    assert line.origin(1) == world.origin(1) and line.cosigner(0) == world.cosigner(0)
