"""Keys over time, checkpoints' signatures, cosignatures and seals (record.md sections 5 and 6, rules 45 to 48)."""

from dataclasses import dataclass

from .identity import Credential
from .note import key_id
from .rules import require
from .signature import ed25519_ok, ml_dsa_ok

LOG, COSIGNATURE, SEAL = 0x01, 0x04, 0x06
SIGNATURE_LENGTH = {COSIGNATURE: 64, SEAL: 2420}


@dataclass
class Epoch:
    """A credential in force from after entry `start` (-1: the charter) until a key change with this `seen`."""
    credential: Credential
    start: int = -1
    ended: list | None = None

    def may_sign(self, log, size):
        """Section 6: a former key's cosignature counts up to what its last word had seen."""
        return self.ended is None or size <= self.ended[log]


@dataclass(frozen=True)
class Cosignature:
    """A checked cosignature (type 0x04) or seal (0x06)."""
    log: int
    size: int
    by: int
    kind: int
    time: int


class Keyring:
    """The keys of each party of a line, oldest first."""

    def __init__(self, line):
        self.line = line
        self.epochs = [[Epoch(party.credential)] for party in line.parties]
        self._known = {}

    def serial(self, party):
        """Serial of the key in force."""
        return self.epochs[party][-1].credential.certificate.serial

    def change(self, party, credential, index, seen):
        """A key-change entry: the key before it ends here."""
        self.epochs[party][-1].ended = list(seen)
        self.epochs[party].append(Epoch(credential, index))
        self._known = {}

    def admit(self, party, credential):
        """A disclosed credential: a key of the party, its place unknown."""
        self.epochs[party].append(Epoch(credential))
        self._known = {}

    def in_force(self, party, size):
        """The key for a checkpoint of this size."""
        return [epoch for epoch in self.epochs[party] if epoch.start < size][-1].credential

    def every(self, party):
        return [epoch.credential for epoch in self.epochs[party]]

    def cosigners(self):
        """(name, key id) to the party, the type and the epochs with that key."""
        if not self._known:
            for party, epochs in enumerate(self.epochs):
                for epoch in epochs:
                    self._learn(party, epoch)
        return self._known

    def _learn(self, party, epoch):
        name = self.line.cosigner(party)
        for kind, key in ((COSIGNATURE, epoch.credential.node_ed), (SEAL, epoch.credential.node_pq)):
            found = self._known.setdefault((name, key_id(name, kind, key)), (party, kind, key, []))
            found[3].append(epoch)


def check_signature(line, checkpoint, credentials):
    """Rule 45: signed by one of these keys, and each signature said to be by them is right."""
    origin = line.origin(checkpoint.party)
    keys = {key_id(origin, LOG, credential.node_ed): credential.node_ed for credential in credentials}
    found = [item for item in checkpoint.note.lines if item.name == origin and item.key_id in keys]
    require(found, "checkpoint-signature", "no signature by the party's key for that size")
    for item in found:
        good = ed25519_ok(keys[item.key_id], item.signature, checkpoint.note.text.encode())
        require(good, "checkpoint-signature", "wrong")


def cosignature_message(checkpoint, time):
    """What a type 0x04 cosignature signs."""
    return f"cosignature/v1\ntime {time}\n{checkpoint.note.text}".encode()


def seal_message(cosigner, origin, time, size, root):
    """What a type 0x06 cosignature signs, with start 0."""
    def vector(text):
        return bytes([len(text)]) + text.encode()
    return (b"subtree/v1\n\x00" + vector(cosigner) + time.to_bytes(8, "big") + vector(origin)
            + bytes(8) + size.to_bytes(8, "big") + root)


def _cosignature_holds(line, checkpoint, party, kind, key, item):
    time, signature = int.from_bytes(item.signature[:8], "big"), item.signature[8:]
    if kind == COSIGNATURE:
        return ed25519_ok(key, signature, cosignature_message(checkpoint, time))
    message = seal_message(line.cosigner(party), line.origin(checkpoint.party), time, checkpoint.size, checkpoint.root)
    return ml_dsa_ok(key, signature, message)


def check_cosignatures(keyring, checkpoint):
    """Rules 46, 47 and 48, each over all lines of known cosigners; the cosignatures found good."""
    known = keyring.cosigners()
    found = [(item, known[item.name, item.key_id]) for item in checkpoint.note.lines
             if (item.name, item.key_id) in known]
    for item, (_, kind, _, _) in found:
        require(len(item.signature) == 8 + SIGNATURE_LENGTH[kind], "cosignature-format", "length")
        require(0 < int.from_bytes(item.signature[:8], "big") < 2**63, "cosignature-format", "time")
    for item, (party, _, _, epochs) in found:
        good = any(epoch.may_sign(checkpoint.party, checkpoint.size) for epoch in epochs)
        require(good, "cosignature-key", f"a former key of party {party}")
    for item, (party, kind, key, _) in found:
        good = _cosignature_holds(keyring.line, checkpoint, party, kind, key, item)
        require(good, "cosignature-signature", f"of party {party}")
    return [Cosignature(checkpoint.party, checkpoint.size, party, kind, int.from_bytes(item.signature[:8], "big"))
            for item, (party, kind, _, _) in found]
