"""Builds small records for the tests, by its own means: library keys, the library's canonical CBOR, naive trees."""

import base64
import os
from dataclasses import dataclass, field
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

NOW = 1_800_000_000_000


def enc(value):
    return cbor2.dumps(value, canonical=True)


def mth(leaves):
    """RFC 6962 section 2.1 as it is written, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def audit_path(m, leaves):
    """RFC 6962 section 2.1.1."""
    if len(leaves) <= 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return audit_path(m, leaves[:k]) + [mth(leaves[k:])]
    return audit_path(m - k, leaves[k:]) + [mth(leaves[:k])]


def consistency(m, leaves, whole=True):
    """RFC 6962 section 2.1.2."""
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return consistency(m, leaves[:k], whole) + [mth(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [mth(leaves[:k])]


def leaf(header):
    return sha256(b"\x00" + header).digest()


class Keys:
    """An Ed25519 and an ML-DSA-44 key."""

    def __init__(self):
        self.ed, self.pq = Ed25519PrivateKey.generate(), MLDSA44PrivateKey.generate()
        self.ed_public = self.ed.public_key().public_bytes_raw()
        self.pq_public = self.pq.public_key().public_bytes_raw()


class Person:
    """A root and the credentials of its node keys."""

    def __init__(self, name):
        self.name, self.root, self.node = name, Keys(), Keys()
        self.id = sha256(b"openline/party/v1\n" + self.root.ed_public + sha256(self.root.pq_public).digest()).digest()

    def certificate(self, serial=1, node=None, **change):
        node = node or self.node
        fields = {"version": 1, "name": self.name, "root_ed": self.root.ed_public,
                  "root_pq": sha256(self.root.pq_public).digest(), "serial": serial,
                  "node_ed": node.ed_public, "node_pq": sha256(node.pq_public).digest(), "issued": NOW}
        fields.update(change)
        return enc(list(fields.values()))

    def credential(self, serial=1, node=None, certificate=None, **change):
        node = node or self.node
        certificate = certificate or self.certificate(serial, node)
        signed = b"openline/certificate/v1\n" + certificate
        fields = {"certificate": certificate, "ed": self.root.ed.sign(signed), "root_pq": self.root.pq_public,
                  "pq": self.root.pq.sign(signed), "node_pq": node.pq_public}
        fields.update(change)
        return enc(list(fields.values()))

    def card(self, endpoints=("quic://example.org:4433",), signer=None, credential=None, **change):
        fields = {"version": 1, "endpoints": list(endpoints), "seal": bytes(1216), "issued": NOW}
        fields.update(change)
        statement = enc(list(fields.values()))
        signature = (signer or self.node).ed.sign(b"openline/card/v1\n" + statement)
        return armour("openline-card/v1", enc([credential or self.credential(), statement, signature]))


def armour(magic, raw, width=76):
    text = base64.b64encode(raw).decode()
    lines = [text[at:at + width] for at in range(0, len(text), width)]
    return "\n".join([magic, *lines, ""]).encode()


def people(count):
    made = [Person(f"Party {letter}") for letter in "ABCDEFGHIJKLMNOP"[:count]]
    return sorted(made, key=lambda person: person.id)


def terms(members, **change):
    value = {0: 1, 1: "Test line", 2: "officials", 3: [[person.credential(), ["desk", "watch"], "Europe/Vienna"]
                                                       for person in members],
             4: 3600, 5: ["UTC", ["06:00", "18:30"], 127, 0], 6: [[60, 300, 600]] * 4, 7: ["en", "fr"], 8: 0, 9: ["search and rescue"],
             10: 0, 11: [100, 3600], 12: 1 << 20, 13: 300, 14: 5000, 15: os.urandom(16),
             16: [200, 200, 0, 0], 17: 2, 18: [12, 3]}
    value.update({int(key[1:]): item for key, item in change.items()})
    return value


def instrument(members, charter, signers=None):
    signed = b"openline/charter/v1\n" + charter
    signers = range(len(members)) if signers is None else signers
    return enc([charter, [[i, members[i].node.ed.sign(signed), members[i].node.pq.sign(signed)] for i in signers]])


def line_key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def signature_line(name, kind, key, signature):
    return f"\u2014 {name} {base64.b64encode(line_key_id(name, kind, key) + signature).decode()}\n"


@dataclass
class Entry:
    party: int
    header: bytes
    salt: bytes
    body: bytes
    number: int
    seen: list = field(default_factory=list)

    def item(self):
        return [self.party, self.header, self.salt, self.body]


class World:
    """A line of some parties, its logs, and what can be made of them."""

    def __init__(self, count=2, **change):
        self.members = people(count)
        self.charter = enc(terms(self.members, **change))
        self.instrument = instrument(self.members, self.charter)
        self.line = sha256(b"openline/charter/v1\n" + self.charter).digest()
        self.logs = [[] for _ in range(count)]
        self.all = []

    def origin(self, party):
        return f"openline/v1/{self.line.hex()}/{self.members[party].id.hex()}"

    def cosigner(self, party):
        return f"openline/v1/{self.members[party].id.hex()}"

    def found(self):
        for party in range(len(self.members)):
            self.add(party, 0, {0: self.line}, seen=[0] * len(self.members))
        return self

    def add(self, party, kind, body, refs=(), seen=None, post=None, time=NOW, body_raw=None, salt=None, **change):
        """Append an entry; by default it has seen all that is there."""
        seen = list(map(len, self.logs)) if seen is None else list(seen)
        raw = enc(body) if body_raw is None else body_raw
        salt = os.urandom(16) if salt is None else salt
        fields = {"version": 1, "kind": kind, "seen": seen, "post": post or ("node" if kind in (0, 4, 5) else "desk"),
                  "type": 0, "time": time, "refs": [list(ref) for ref in refs],
                  "hash": sha256(salt + raw).digest()}
        fields.update(change)
        header = enc(list(fields.values()))
        known = [self.logs[j][count - 1].number for j, count in enumerate(seen) if 0 < count <= len(self.logs[j])]
        known += [log[-1].number for log in [self.logs[party]] if log]
        entry = Entry(party, header, salt, raw, 1 + max(known, default=0), seen)
        self.logs[party].append(entry)
        self.all.append(entry)
        return party, len(self.logs[party]) - 1

    def message(self, party, to, body=None, without=(), **change):
        value = {0: 6, 1: 3, 2: [[to, "desk"]], 6: [["en", 0, "Text."]]}
        value.update(body or {})
        for key in without:
            del value[key]
        return self.add(party, 1, value, **change)

    def leaves(self, party, size=None):
        return [leaf(entry.header) for entry in self.logs[party][:size]]

    def checkpoint(self, party, size=None, root=None, origin=None):
        size = len(self.logs[party]) if size is None else size
        root = mth(self.leaves(party, size)) if root is None else root
        return f"{origin or self.origin(party)}\n{size}\n{base64.b64encode(root).decode()}\n"

    def log_line(self, party, text, node=None):
        node, name = node or self.members[party].node, self.origin(party)
        return signature_line(name, 1, node.ed_public, node.ed.sign(text.encode()))

    def cosign_line(self, by, text, time=NOW // 1000, node=None):
        node, name = node or self.members[by].node, self.cosigner(by)
        signed = f"cosignature/v1\ntime {time}\n{text}".encode()
        return signature_line(name, 4, node.ed_public, time.to_bytes(8, "big") + node.ed.sign(signed))

    def seal_line(self, by, text, time=NOW // 1000, node=None):
        node, name = node or self.members[by].node, self.cosigner(by)
        origin, size, root, _ = text.split("\n")
        signed = (b"subtree/v1\n\0" + bytes([len(name)]) + name.encode() + time.to_bytes(8, "big")
                  + bytes([len(origin)]) + origin.encode() + (0).to_bytes(8, "big")
                  + int(size).to_bytes(8, "big") + base64.b64decode(root))
        return signature_line(name, 6, node.pq_public, time.to_bytes(8, "big") + node.pq.sign(signed))

    def note(self, party, size=None, cosigners=(), seals=(), node=None, time=NOW // 1000):
        text = self.checkpoint(party, size)
        lines = self.log_line(party, text, node)
        lines += "".join(self.cosign_line(by, text, time) for by in cosigners)
        lines += "".join(self.seal_line(by, text, time) for by in seals)
        return text + "\n" + lines

    def notes(self):
        count = len(self.members)
        return [self.note(party, None, [by for by in range(count) if by != party], range(count))
                for party in range(count) if self.logs[party]]

    def order(self):
        return sorted(self.all, key=lambda entry: (entry.number, entry.party))

    def settled(self):
        """Section 7 read as it stands."""
        lasts = [log[-1].number if log else 0 for log in self.logs]
        return sum(all((lasts[p] + 1, p) > (entry.number, entry.party) for p in range(len(lasts)))
                   for entry in self.all)

    def root(self, order=None):
        return mth([sha256(b"\0" + bytes([entry.party]) + leaf(entry.header)).digest()
                    for entry in order or self.order()])

    def export(self, notes=None, forks=(), items=None, end=None, instrument=None, after=b"", magic=b"openline-export/v1\n"):
        order = self.order()
        notes = self.notes() if notes is None else notes
        items = [entry.item() for entry in order] if items is None else items
        end = end or ["end", len(order), self.settled(), self.root()]
        head = [instrument or self.instrument, list(notes), list(forks)]
        return magic + b"".join(map(enc, [*head, *items, end])) + after

    def proof(self, party, index, note=None, credentials=(), extra=None, item=None, path=None):
        entry = self.logs[party][index]
        value = [self.instrument, list(credentials), *(item or entry.item()[1:])]
        path = audit_path(index, self.leaves(party)) if path is None else path
        lines = ["c2sp.org/tlog-proof@v1", "extra " + base64.b64encode(extra or enc(value)).decode(), f"index {index}"]
        lines += [base64.b64encode(step).decode() for step in path]
        return ("\n".join(lines) + "\n\n" + (note or self.notes()[party])).encode()
