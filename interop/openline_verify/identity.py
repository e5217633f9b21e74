"""Certificates, credentials, cards and the phrase (charter.md sections 2 to 4)."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .base import armour_decode, base32_decode
from .cbor import decode
from .rules import CARD_MAX, require, time_ok
from .shape import ARRAY, BYTES, INT, LIST, SIZED, TEXT, UINT
from .signature import ed25519_ok, ml_dsa_ok

CARD_MAGIC, SHORT_MAGIC = "openline-card/v1", "OPENLINE1:"
CERTIFICATE = ARRAY(UINT, TEXT, SIZED(32), SIZED(32), UINT, SIZED(32), SIZED(32), INT)
CREDENTIAL = ARRAY(BYTES, SIZED(64), SIZED(1312), SIZED(2420), SIZED(1312))
CARD = ARRAY(BYTES, BYTES, SIZED(64))
STATEMENT = ARRAY(UINT, LIST(TEXT), SIZED(1216), INT)
SHORT = ARRAY(BYTES, SIZED(64), LIST(TEXT))
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ENDPOINT = re.compile(rf"(?:quic|tls)://(\[[0-9A-Fa-f:.]+\]|{LABEL}(?:\.{LABEL})*):([1-9][0-9]{{0,4}})")


@dataclass(frozen=True)
class Certificate:
    raw: bytes
    name: str
    root_ed: bytes
    root_pq_hash: bytes
    serial: int
    node_ed: bytes
    node_pq_hash: bytes
    issued: int

    @property
    def party_id(self):
        """PartyId (record.md section 3)."""
        return sha256(b"openline/party/v1\n" + self.root_ed + self.root_pq_hash).digest()


@dataclass(frozen=True)
class Credential:
    certificate: Certificate
    node_pq: bytes

    @property
    def node_ed(self):
        return self.certificate.node_ed


@dataclass(frozen=True)
class Card:
    credential: Credential
    endpoints: list
    seal_key: bytes
    issued: int


def has_control(text):
    """Whether a control character (Unicode category Cc) is in the text."""
    return any(unicodedata.category(char) == "Cc" for char in text)


def _name_ok(name):
    return 1 <= len(name.encode()) <= 64 and not has_control(name) and name.strip(" ") == name


def parse_certificate(raw):
    """Rule C1."""
    value = decode(raw)
    require(CERTIFICATE(value), "certificate-shape", "not of its form")
    version, name, *rest = value
    certificate = Certificate(raw, name, *rest)
    require(version == 1, "certificate-shape", "another version")
    require(_name_ok(name), "certificate-shape", "bad name")
    require(certificate.serial >= 1, "certificate-shape", "serial 0")
    require(time_ok(certificate.issued), "certificate-shape", "issued beyond the limit of a time")
    return certificate


def parse_credential(raw):
    """Rules C2, C1, C3, C4, in that order."""
    value = decode(raw)
    require(CREDENTIAL(value), "credential-shape", "not of its form")
    inner, root_ed_signature, root_pq, root_pq_signature, node_pq = value
    certificate = parse_certificate(inner)
    require(sha256(root_pq).digest() == certificate.root_pq_hash, "credential-hash", "root key")
    require(sha256(node_pq).digest() == certificate.node_pq_hash, "credential-hash", "node key")
    signed = b"openline/certificate/v1\n" + inner
    require(ed25519_ok(certificate.root_ed, root_ed_signature, signed), "credential-signature", "Ed25519")
    require(ml_dsa_ok(root_pq, root_pq_signature, signed), "credential-signature", "ML-DSA-44")
    return Credential(certificate, node_pq)


def endpoint_ok(text):
    """`quic://HOST:PORT` or `tls://HOST:PORT` (charter.md section 4)."""
    match = ENDPOINT.fullmatch(text)
    if not match or len(text) > 256 or int(match[2]) > 65535:
        return False
    if not match[1].startswith("["):
        return len(match[1]) <= 253
    try:
        ipaddress.IPv6Address(match[1][1:-1])
    except ValueError:
        return False
    return True


def _check_endpoints(endpoints):
    require(len(endpoints) <= 16, "card-endpoint", "too many")
    for endpoint in endpoints:
        require(endpoint_ok(endpoint), "card-endpoint", endpoint)


def _check_changed(certificate, confirmed, signed_by_root):
    """Rule C8 against certificates confirmed before."""
    for known in confirmed:
        same_root = known.party_id == certificate.party_id
        if known.raw == certificate.raw or not (same_root or known.name == certificate.name):
            continue
        fresher = same_root and certificate.serial > known.serial and signed_by_root
        require(fresher, "card-changed", f"{known.name!r} was confirmed with another certificate")


def parse_card(raw):
    """The bytes of a card: C5, then C2, C1, C3, C4, then C5 for the statement, C6, C7."""
    card = decode(raw)
    require(CARD(card), "card-shape", "not of its form")
    credential = parse_credential(card[0])
    statement = decode(card[1])
    require(STATEMENT(statement) and statement[0] == 1, "card-shape", "the statement is not of its form")
    require(time_ok(statement[3]), "card-shape", "issued beyond the limit of a time")
    _check_endpoints(statement[1])
    signed = b"openline/card/v1\n" + card[1]
    require(ed25519_ok(credential.node_ed, card[2], signed), "card-signature")
    return Card(credential, *statement[1:])


def verify_card(data, confirmed=()):
    """A card file: C5 for the file, the card, C8."""
    require(len(data) <= CARD_MAX, "card-shape", "too long")
    raw = armour_decode(data, CARD_MAGIC)
    require(raw is not None, "card-shape", "the file is not of its form")
    card = parse_card(raw)
    _check_changed(card.credential.certificate, confirmed, True)
    return card


def verify_short(text, confirmed=()):
    """What the QR code holds: C5, C1, C4 (only Ed25519 is there), C6, C8."""
    good = text.startswith(SHORT_MAGIC) and text.isascii() and len(text) <= CARD_MAX
    require(good, "card-shape", "another prefix, or too long")
    raw = base32_decode(text[len(SHORT_MAGIC):])
    require(raw is not None, "card-shape", "not base32")
    value = decode(raw)
    require(SHORT(value), "card-shape", "not of its form")
    certificate = parse_certificate(value[0])
    signed = b"openline/certificate/v1\n" + value[0]
    require(ed25519_ok(certificate.root_ed, value[1], signed), "credential-signature", "Ed25519")
    _check_endpoints(value[2])
    _check_changed(certificate, confirmed, False)
    return certificate, value[2]


def words():
    """The BIP-39 English list, beside the specification."""
    path = Path(__file__).resolve().parents[2] / "spec" / "words-english.txt"
    return path.read_text().split()


def words_of(digest):
    """The first 66 bits as six numbers, each the index of a word."""
    bits = int.from_bytes(digest, "big") >> (256 - 66)
    listed = words()
    return [listed[(bits >> shift) & 2047] for shift in range(55, -1, -11)]


def half_phrase(certificate_raw):
    """The six words of one party (charter.md section 4)."""
    value = sha256(b"openline/phrase/v1\n" + certificate_raw).digest()
    for _ in range(2**20):
        value = sha256(value).digest()
    return words_of(value)


def phrase(first, second):
    """The phrase of a relation: the half of the lower PartyId first."""
    low, high = sorted((first, second), key=lambda certificate: certificate.party_id)
    return " ".join(half_phrase(low.raw) + half_phrase(high.raw))
