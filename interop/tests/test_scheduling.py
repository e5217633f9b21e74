"""Private scheduling from its specification alone: the groups' and the function's published answers, and a whole blind match."""

import json
from hashlib import sha256, sha512
from pathlib import Path

import pytest

from openline_verify import cbor, ristretto, scheduling, voprf

TRANSCRIPT = json.loads((Path(__file__).parents[2] / "spec/transcripts/blind-match.json").read_text())
RUN = bytes.fromhex(TRANSCRIPT["run"])
K = 4


def body(text):
    return cbor.decode(bytes.fromhex(text))


def pieces(data, length):
    return [data[at:at + length] for at in range(0, len(data), length)]


def number(text):
    return int.from_bytes(bytes.fromhex(text), "little")


class Side:
    """What follows from a party's secret and picks (scheduling.md section 2)."""

    def __init__(self, index, kept):
        self.index, self.secret, self.slots = index, bytes.fromhex(kept["secret"]), kept["slots"]
        self.picks = b"".join(s.to_bytes(2, "big") for s in self.slots + [0xFFFF] * (K - len(self.slots)))
        dummies = self.stream("dummy", 32 * (K - len(self.slots)))
        self.inputs = [sha256(b"openline/slot-pick/v1\n" + RUN + s.to_bytes(2, "big")).digest() for s in self.slots]
        self.inputs += pieces(dummies, 32)
        self.key = voprf.derive_key(self.stream("key", 32), b"openline/slot/v1")
        self.blinds = [self.scalar(piece) for piece in pieces(self.stream("blind", 64 * K), 64)]
        elements = [voprf.blind(*pair) for pair in zip(self.inputs, self.blinds)]
        self.order = sorted(range(K), key=lambda at: elements[at])
        self.blinded = [elements[at] for at in self.order]

    @staticmethod
    def scalar(data):
        return int.from_bytes(data, "little") % ristretto.ORDER

    def stream(self, label, length):
        head = b"openline/slot/v1\n" + self.secret + RUN + label.encode()
        blocks = [sha512(head + n.to_bytes(8, "big")).digest() for n in range(length // 64 + 1)]
        return b"".join(blocks)[:length]

    def commitment(self):
        opened = sha256(scheduling.DOMAIN + RUN + bytes([self.index]) + self.secret + self.picks).digest()
        return {0: opened, 1: voprf.public_key(self.key), 2: b"".join(self.blinded)}

    def evaluation(self, asked):
        evaluated = [ristretto.encode(ristretto.multiply(self.key, ristretto.decode(one))) for one in asked]
        proof = voprf.prove(self.key, asked, evaluated, self.scalar(self.stream("proof", 64)))
        tags = sorted(voprf.evaluate(self.key, one)[:16] for one in self.inputs)
        return {0: b"".join(evaluated), 1: proof, 2: b"".join(tags)}

    def common(self, answer):
        tags = pieces(answer[2], 16)
        found = []
        for at, evaluated in zip(self.order, pieces(answer[0], 32)):
            output = voprf.finalize(self.inputs[at], voprf.unblind(evaluated, self.blinds[at]))
            if output[:16] in tags and at < len(self.slots):
                found.append(self.slots[at])
        return sorted(found)


SIDES = [Side(index, kept) for index, kept in enumerate(TRANSCRIPT["parties"])]
SAID = [{name: body(kept[name]) for name in ("commitment", "evaluation", "result", "opening")}
        for kept in TRANSCRIPT["parties"]]


def test_the_group_gives_its_published_answers():
    """RFC 9496 appendix A."""
    multiples = ["e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
                 "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"]
    for times, expected in enumerate(multiples, 1):
        element = ristretto.multiply(times, ristretto.BASE)
        assert ristretto.encode(element).hex() == expected
        assert ristretto.encode(ristretto.decode(bytes.fromhex(expected))).hex() == expected
    unit = ristretto.encode(ristretto.multiply(ristretto.ORDER, ristretto.BASE))
    assert unit == bytes(32) and voprf.element(unit) is None
    for bad in ["00" * 31 + "80", "f3" + "ff" * 30 + "7f", "01" + "00" * 31, "ed" + "ff" * 30 + "7f"]:
        assert ristretto.decode(bytes.fromhex(bad)) is None


def test_the_function_gives_its_published_answers():
    """RFC 9497 appendix A.1.2, test vector 1."""
    key = voprf.derive_key(bytes([0xA3] * 32), b"test key")
    assert key == number("e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909")
    public = voprf.public_key(key)
    assert public.hex() == "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"
    scalar = number("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706")
    blinded = voprf.blind(b"\0", scalar)
    assert blinded.hex() == "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"
    evaluated = ristretto.encode(ristretto.multiply(key, ristretto.decode(blinded)))
    assert evaluated.hex() == "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"
    proof = voprf.prove(key, [blinded], [evaluated],
                        number("222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"))
    assert proof.hex() == ("ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06"
                           "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d")
    assert voprf.is_proved(public, [blinded], [evaluated], proof)
    output = voprf.finalize(b"\0", voprf.unblind(evaluated, scalar))
    assert output == voprf.evaluate(key, b"\0")
    assert output.hex() == ("b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
                            "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c")


@pytest.mark.parametrize("at", [0, 1])
def test_all_that_a_party_sends_follows_from_what_it_keeps(at):
    side, said, other = SIDES[at], SAID[at], SIDES[1 - at]
    assert said["commitment"] == side.commitment()
    assert said["evaluation"] == side.evaluation(other.blinded)
    assert said["opening"] == {0: side.secret, 1: side.picks}
    assert scheduling.opens(said["commitment"][0], RUN, at, said["opening"])
    padded = TRANSCRIPT["common"] + [0xFFFF] * (K - len(TRANSCRIPT["common"]))
    assert said["result"] == {0: b"".join(slot.to_bytes(2, "big") for slot in padded)}


@pytest.mark.parametrize("at", [0, 1])
def test_the_record_alone_proves_that_one_key_was_used(at):
    asked, answer = SAID[1 - at]["commitment"], SAID[at]["evaluation"]
    public = SAID[at]["commitment"][1]
    assert voprf.is_proved(public, pieces(asked[2], 32), pieces(answer[0], 32), answer[1])
    assert SIDES[1 - at].common(answer) == TRANSCRIPT["common"]


@pytest.mark.parametrize("case", TRANSCRIPT["not_proved"], ids=lambda case: case["about"])
def test_what_does_not_prove_it_is_seen(case):
    answer, asked = body(case["evaluation"]), SAID[0]["commitment"]
    assert not voprf.is_proved(SAID[1]["commitment"][1], pieces(asked[2], 32), pieces(answer[0], 32), answer[1])
