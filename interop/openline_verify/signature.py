"""Ed25519 and ML-DSA-44 as record.md section 2 has them.

The library does the arithmetic. What libraries differ on is checked here first: S below the order
of the group, the public key a canonical encoding and not of small order. The library's equation is
the one without cofactor and compares the encoding of R.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
SMALL_ORDER_Y = frozenset((0, 1, P - 1, _Y8, P - _Y8))


def ed25519_key_ok(key):
    """A canonical encoding (RFC 8032 section 5.1.3) of a point that is not of small order."""
    y = int.from_bytes(key, "little") & (2**255 - 1)
    return len(key) == 32 and y < P and y not in SMALL_ORDER_Y


@lru_cache(maxsize=256)
def _ed25519(key):
    try:
        return Ed25519PublicKey.from_public_bytes(key) if ed25519_key_ok(key) else None
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _ml_dsa(key):
    try:
        return MLDSA44PublicKey.from_public_bytes(key)
    except ValueError:
        return None


def ed25519_ok(key, signature, message):
    """Whether an Ed25519 signature is right."""
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    return _holds(_ed25519(key), signature, message)


def ml_dsa_ok(key, signature, message):
    """Whether a pure ML-DSA-44 signature with an empty context is right."""
    return len(signature) == 2420 and _holds(_ml_dsa(key), signature, message)


def _holds(public, signature, message):
    if public is None:
        return False
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True
