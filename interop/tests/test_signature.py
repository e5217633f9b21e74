"""Ed25519 at its edges, against a small model of RFC 8032 in plain integers."""

import os
from hashlib import sha512

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from openline_verify.signature import ORDER, P, SMALL_ORDER_Y, ed25519_key_ok, ed25519_ok, ml_dsa_ok

D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ZERO = (0, 1)


def add(a, b):
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P


def times(number, point):
    total = ZERO
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def lift(y, sign=0):
    """A point with this y, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square:
        return None
    return (P - x if x & 1 != sign else x) % P, y % P


BASE = lift(4 * pow(5, -1, P) % P)


def pack(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def torsion():
    """All eight points of small order."""
    y = 2
    while True:
        point = lift(y)
        small = point and times(ORDER, point)
        if small and times(4, small) != ZERO:
            return [times(n, small) for n in range(8)]
        y += 1


TORSION = torsion()


def challenge(r, key, message):
    return int.from_bytes(sha512(r + key + message).digest(), "little") % ORDER


def test_list_of_small_order():
    assert {point[1] for point in TORSION} == SMALL_ORDER_Y


def test_small_order_keys_are_refused():
    for point in TORSION:
        for sign in (0, 1):
            key = (point[1] | sign << 255).to_bytes(32, "little")
            assert not ed25519_key_ok(key)
            # S = 0 and R = -kA would satisfy the equation
            for _ in range(9):
                message = os.urandom(8)
                for r in map(pack, TORSION):
                    assert not ed25519_ok(key, r + bytes(32), message)


def test_keys_not_in_canonical_encoding_are_refused():
    for y in range(P, 2**255):
        for sign in (0, 1):
            assert not ed25519_key_ok((y | sign << 255).to_bytes(32, "little"))


def test_s_must_be_below_the_order():
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"m")
    assert ed25519_ok(public, signature, b"m")
    more = int.from_bytes(signature[32:], "little") + ORDER
    assert not ed25519_ok(public, signature[:32] + more.to_bytes(32, "little"), b"m")


def test_equation_without_cofactor():
    """A key with a small part: right only if k takes the small part away; R of small order is no matter."""
    secret = 12345
    mixed = add(times(secret, BASE), TORSION[1])
    key, seen = pack(mixed), set()
    for n in range(64):
        message = bytes([n])
        r = pack(times(777, BASE))
        k = challenge(r, key, message)
        s = (777 + k * secret) % ORDER
        good = ed25519_ok(key, r + s.to_bytes(32, "little"), message)
        assert good == (k % 8 == 0)
        seen.add(good)
    assert seen == {True, False}


def test_small_order_r_is_accepted():
    secret, key = 999, pack(times(999, BASE))
    for message in (b"a", b"b"):
        r = pack(ZERO)
        s = challenge(r, key, message) * secret % ORDER
        assert ed25519_ok(key, r + s.to_bytes(32, "little"), message)
        odd = (1 | 1 << 255).to_bytes(32, "little")
        s = challenge(odd, key, message) * secret % ORDER
        assert not ed25519_ok(key, odd + s.to_bytes(32, "little"), message)


def test_ml_dsa():
    key = MLDSA44PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"m")
    assert ml_dsa_ok(public, signature, b"m")
    assert not ml_dsa_ok(public, signature, b"n")
    assert not ml_dsa_ok(public, signature[:-1], b"m")
    assert not ml_dsa_ok(public, key.sign(b"m", b"context"), b"m")
