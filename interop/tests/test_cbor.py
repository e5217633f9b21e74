"""The strict scanner."""

import os

import cbor2
import pytest
from openline_verify import cbor
from openline_verify.rules import Refused

GOOD = ["00", "17", "1818", "1bffffffffffffffff", "20", "3bffffffffffffffff", "40", "60", "62c3a9", "80", "a0", "f4",
        "f5", "f6", "a20001181801", "8181818181818180", "818181818181818100", "6100",
        "8181818181818140"]
BAD = {
    "cbor-malformed": ["", "18", "1900", "41", "81", "a1", "a100", "1c", "1f", "5f4100ff", "9fff", "bfff", "c000",
                       "d80000", "f7", "f8ff", "f820", "f90000", "fa00000000", "fb0000000000000000", "ff", "e0", "fc",
                       "61ff", "62c080", "63eda080", "64f4908080", "818181818181818180", "9b7fffffffffffffff",
                       "5bffffffffffffffff", "a1f400", "a16000", "a12000", "8181818181818181a0", "61c3"],
    "cbor-canonical": ["1800", "1817", "190000", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3800", "5800", "7800",
                       "9800", "b800", "580501", "a200000000", "a201000000", "a118000", "9817ff"],
    "cbor-trailing": ["0000", "a000", "00ff", "f6f6"],
}
BAD["cbor-canonical"] = [case if len(case) % 2 == 0 else case + "0" for case in BAD["cbor-canonical"]]


@pytest.mark.parametrize("case", GOOD)
def test_good(case):
    data = bytes.fromhex(case)
    assert cbor2.dumps(cbor.decode(data), canonical=True) == data


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in BAD.items() for case in cases])
def test_bad(rule, case):
    with pytest.raises(Refused) as caught:
        cbor.decode(bytes.fromhex(case))
    assert caught.value.rule == rule


def test_first_from_the_left():
    for case, rule in [("82180061ff", "cbor-canonical"), ("8261ff1800", "cbor-malformed"), ("820018", "cbor-malformed")]:
        with pytest.raises(Refused) as caught:
            cbor.decode(bytes.fromhex(case))
        assert caught.value.rule == rule


def test_noise_is_decoded_exactly_or_refused():
    for _ in range(20000):
        data = os.urandom(1 + os.urandom(1)[0] % 12)
        try:
            value = cbor.decode(data)
        except Refused:
            continue
        assert cbor2.dumps(value, canonical=True) == data
