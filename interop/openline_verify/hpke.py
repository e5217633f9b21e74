"""Opening what HPKE (RFC 9180) has sealed: base mode, one message, in the one suite of bundle.md section 2.

The KEM is X-Wing, whose private key is a seed of 32 bytes (draft-connolly-cfrg-xwing-kem).
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

SUITE_ID = b"HPKE" + bytes.fromhex("647a" "0001" "0003")
XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
ENC_SIZE, ML_KEM_CIPHERTEXT_SIZE = 1120, 1088


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
        return hashlib.sha256(self.public).digest()[:8]

    def decapsulate(self, enc):
        """The shared secret; ValueError if there is none."""
        first, second = enc[:ML_KEM_CIPHERTEXT_SIZE], enc[ML_KEM_CIPHERTEXT_SIZE:]
        ml_kem = self.ml_kem.decapsulate(first)
        x25519 = self.x25519.exchange(X25519PublicKey.from_public_bytes(second))
        return hashlib.sha3_256(ml_kem + x25519 + second + self.x25519_public + XWING_LABEL).digest()


def _extract(salt, label, key):
    return hmac.digest(salt, b"HPKE-v1" + SUITE_ID + label + key, "sha256")


def _expand(secret, label, info, length):
    """One block is enough for a key and a nonce."""
    text = length.to_bytes(2, "big") + b"HPKE-v1" + SUITE_ID + label + info
    return hmac.digest(secret, text + b"\x01", "sha256")[:length]


def open_sealed(keys, enc, info, aad, ciphertext):
    """The text, or None if it does not open."""
    try:
        shared = keys.decapsulate(enc)
    except ValueError:
        return None
    context = b"\0" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    key, nonce = _expand(secret, b"key", context, 32), _expand(secret, b"base_nonce", context, 12)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, aad)
    except InvalidTag:
        return None
