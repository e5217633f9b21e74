"""Non-papers (non-paper.md): the key of two parties, what is sealed and authenticated under it, and files.

To verify one takes the recipient's secrets; and with them anybody could have made it. That is their point.
"""

import hmac
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from . import bundle, frame, hpke
from .cbor import decode
from .rules import Refused, require
from .shape import ARRAY, BYTES, EITHER, INT, LIST, NULL, SIZED, TEXT, UINT

CONTEXT, SEAL = b"openline/non-paper/v1\n", b"openline/non-paper/seal/v1\n"
RECEIVED, FILE = b"openline/non-paper/received/v1\n", b"openline/non-paper/file/v1\n"
INFO = b"openline/non-paper/v1"
NON_PAPER_MAX = 32768
WAITING_MAX = 64
FILE_FRAMES_MAX = WAITING_MAX + 2
NON_PAPER, RECEIPTS = 15, 16
CONTENT = ARRAY(UINT, INT, TEXT)
JOINED = ARRAY(BYTES, EITHER(SIZED(32), NULL))
CONTENTS = ARRAY(UINT, SIZED(32), SIZED(32), SIZED(8), SIZED(hpke.ENC_SIZE), EITHER(SIZED(8), NULL), LIST(BYTES))


@dataclass(frozen=True)
class Share:
    """An offer and the secret in it."""

    to_key: bytes
    enc: bytes
    secret: bytes

    @property
    def id(self):
        return hpke.first_8(self.to_key + self.enc)


def take_share(offer, seal_keys):
    """The share in an offer to one of our seal keys (N3)."""
    to_key, enc = offer[:8], offer[8:]
    own = next((key for key in seal_keys if key.key_id == to_key), None)
    secret = own and hpke.export(own, enc, CONTEXT, b"share")
    require(secret, "non-paper-key", "an offer to a seal key that is not here")
    return Share(to_key, enc, secret)


def _expand(key, info, length):
    """HKDF-Expand of RFC 5869."""
    okm = block = b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        okm += block
    return okm[:length]


class Pair:
    """The key of the shares that two parties have made (section 3)."""

    def __init__(self, one, one_share, other, other_share):
        (low, l), (high, h) = sorted([(one, one_share), (other, other_share)], key=lambda side: side[0])
        prk = hmac.digest(CONTEXT, l.secret + h.secret, "sha256")
        okm = _expand(prk, CONTEXT + low + high + l.to_key + h.to_key + l.enc + h.enc, 136)
        self.id = okm[:8]
        self.ways = {low: okm[8:72], high: okm[72:]}

    def seal_key(self, sender):
        return self.ways[sender][:32]

    def is_mac(self, sender, message, mac):
        return hmac.compare_digest(hmac.digest(self.ways[sender][32:], message, "sha256"), mac)


@dataclass
class Recipient:
    """Who takes non-papers from one other party, and what it has."""

    own: bytes
    sender: bytes
    line: bytes
    seal_keys: list
    theirs: list
    ours: list
    texts: list = field(default_factory=list)

    def pair(self, theirs, ours):
        return Pair(self.sender, theirs, self.own, ours)

    def _pair_of(self, key_id):
        pairs = (self.pair(theirs, ours) for theirs in self.theirs for ours in self.ours)
        pair = next((pair for pair in pairs if pair.id == key_id), None)
        require(pair, "non-paper-key", "no two shares give this key")
        return pair

    def take(self, data):
        """One frame: a non-paper or receipts; None for another."""
        kind = frame.parse_frame(data)
        if kind == NON_PAPER:
            return self._take_non_paper(*decode(data)[1:])
        if kind == RECEIPTS:
            return self._take_receipts(*decode(data)[1:])
        return None

    def _take_non_paper(self, tag, key_id, series, number, floor, salt, sealed):
        require(tag == self.line[:8], "line-unknown")
        pair = self._pair_of(key_id)
        key = _expand(pair.seal_key(self.sender), SEAL + salt, 32)
        bound = (CONTEXT + self.line + self.sender + self.own + series
                 + number.to_bytes(8, "big") + floor.to_bytes(8, "big"))
        try:
            padded = ChaCha20Poly1305(key).decrypt(bytes(12), sealed, bound)
        except (InvalidTag, ValueError):
            raise Refused("non-paper-mac", "does not open") from None
        sent, text = _content(padded)
        require(0 <= number - floor < WAITING_MAX, "non-paper-number")
        self.texts.append(text)
        return {"key": key_id.hex(), "number": number, "floor": floor, "sent": sent, "text": text}

    def _take_receipts(self, key_id, series, stages, mac):
        pair = self._pair_of(key_id)
        # what is authenticated is the stages as encoded, in the one form that there is
        message = RECEIVED + series + frame.encode_stages(stages)
        require(pair.is_mac(self.sender, message, mac), "non-paper-mac", "receipts")
        return {"key": key_id.hex(), "series": series.hex(), "stages": stages}

    def open(self, data):
        """A file as it is carried."""
        return self.unpack(bundle.open_file(data, self.seal_keys, INFO))

    def unpack(self, data):
        """What a file's padding is taken off from."""
        joined = decode(data)
        require(JOINED(joined), "non-paper-shape", "the file")
        raw, mac = joined
        contents = decode(raw)
        good = CONTENTS(contents) and contents[0] == 1 and len(contents[6]) <= FILE_FRAMES_MAX
        require(good, "non-paper-shape", "the contents")
        _, sender, recipient, to_key, enc, holds, frames = contents
        require(holds or not frames, "non-paper-shape", "frames under no key")
        require((sender, recipient) == (self.sender, self.own), "non-paper-party")
        require((mac is None) == (holds is None), "non-paper-shape", "a MAC goes with a key")
        share = take_share(to_key + enc, self.seal_keys)
        own = next((ours for ours in self.ours if ours.id == holds), None)
        values = {"from": sender.hex(), "texts": self.texts}
        if own is None:
            values["key"] = "unproved" if self.theirs else "first"
            return values
        pair = self.pair(share, own)
        require(pair.is_mac(self.sender, FILE + raw, mac), "non-paper-mac", "the file")
        self.theirs.append(share)
        for data in frames:
            self.take(data)
        return {**values, "key": "proved"}


def _content(padded):
    """N1: when it was sent, and the text."""
    content = decode(bundle.unpad(padded, "non-paper-shape"))
    require(CONTENT(content) and content[0] == 1, "non-paper-shape", "the content")
    text = content[2]
    plain = all(char in "\n\t" or not (ord(char) < 32 or 127 <= ord(char) < 160) for char in text)
    require(text and len(text.encode()) <= NON_PAPER_MAX and plain, "non-paper-shape", "the text")
    return content[1], text
