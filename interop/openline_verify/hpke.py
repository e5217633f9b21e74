"""HPKE (RFC 9180), base mode: opening one sealed message in the suite of bundle.md section 2, and the exporter of non-paper.md.

The KEM is X-Wing, whose private key is a seed of 32 bytes (draft-connolly-cfrg-xwing-kem).
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

SUITE_ID = b"HPKE" + bytes.fromhex("647a" "0001" "0003")
EXPORT_SUITE_ID = b"HPKE" + bytes.fromhex("647a" "0001" "ffff")
XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
ENC_SIZE, ML_KEM_CIPHERTEXT_SIZE = 1120, 1088


def first_8(data):
    """The first 8 bytes of SHA-256: an id."""
    return hashlib.sha256(data).digest()[:8]


class Keys:
    """An X-Wing key pair."""

    def __init__(self, seed):
        expanded = hashlib.shake_256(seed).digest(96)
        self.ml_kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self.x25519_public = self.x25519.public_key().public_bytes_raw()
        self.public = self.ml_kem.public_key().public_bytes_raw() + self.x25519_public

    @property
    def key_id(self):
        return first_8(self.public)

    def decapsulate(self, enc):
        """The shared secret; ValueError if there is none."""
        first, second = enc[:ML_KEM_CIPHERTEXT_SIZE], enc[ML_KEM_CIPHERTEXT_SIZE:]
        ml_kem = self.ml_kem.decapsulate(first)
        x25519 = self.x25519.exchange(X25519PublicKey.from_public_bytes(second))
        return hashlib.sha3_256(ml_kem + x25519 + second + self.x25519_public + XWING_LABEL).digest()


def _extract(suite, salt, label, key):
    return hmac.digest(salt, b"HPKE-v1" + suite + label + key, "sha256")


def _expand(suite, secret, label, info, length):
    """One block is enough for a key, a nonce and a secret."""
    text = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, text + b"\x01", "sha256")[:length]


def _schedule(suite, keys, enc, info):
    """The secret and the context of the key schedule; ValueError if there is no shared secret."""
    shared = keys.decapsulate(enc)
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    return _extract(suite, shared, b"secret", b""), context


def open_sealed(keys, enc, info, aad, ciphertext):
    """The text, or None if it does not open."""
    try:
        secret, context = _schedule(SUITE_ID, keys, enc, info)
        key = _expand(SUITE_ID, secret, b"key", context, 32)
        nonce = _expand(SUITE_ID, secret, b"base_nonce", context, 12)
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, aad)
    except (ValueError, InvalidTag):
        return None


def export(keys, enc, info, exporter):
    """A secret of 32 bytes from the exporter (sections 5.3 and 7.3), or None."""
    try:
        secret, context = _schedule(EXPORT_SUITE_ID, keys, enc, info)
    except ValueError:
        return None
    exported = _expand(EXPORT_SUITE_ID, secret, b"exp", context, 32)
    return _expand(EXPORT_SUITE_ID, exported, b"sec", exporter, 32)
