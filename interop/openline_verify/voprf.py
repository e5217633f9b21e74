"""The verifiable oblivious function of RFC 9497, suite ristretto255-SHA512 in mode VOPRF: what scheduling.md section 2 needs."""

from hashlib import sha512

from . import ristretto as group

CONTEXT = b"OPRFV1-\x01-ristretto255-SHA512"


def _with_length(data):
    return len(data).to_bytes(2, "big") + data


def hash_to_scalar(message, tag=b"HashToScalar-" + CONTEXT):
    return int.from_bytes(group.expand(message, tag, 64), "little") % group.ORDER


def hash_to_group(message):
    return group.from_uniform(group.expand(message, b"HashToGroup-" + CONTEXT, 64))


def derive_key(seed, info):
    """DeriveKeyPair of section 3.2.1: the secret key."""
    for counter in range(256):
        key = hash_to_scalar(seed + _with_length(info) + bytes([counter]), b"DeriveKeyPair" + CONTEXT)
        if key:
            return key
    raise ValueError("no key")


def public_key(key):
    return group.encode(group.multiply(key, group.BASE))


def blind(message, scalar):
    return group.encode(group.multiply(scalar, hash_to_group(message)))


def element(data):
    """An element that is not the unit, or None."""
    return None if data == bytes(32) else group.decode(data)


def finalize(message, element_bytes):
    """The output for an input and its element under a key, unblinded (section 3.3.2)."""
    return sha512(_with_length(message) + _with_length(element_bytes) + b"Finalize").digest()


def unblind(evaluated, scalar):
    inverse = pow(scalar, group.ORDER - 2, group.ORDER)
    return group.encode(group.multiply(inverse, group.decode(evaluated)))


def evaluate(key, message):
    return finalize(message, group.encode(group.multiply(key, hash_to_group(message))))


def _composites(key, blinded, evaluated):
    """ComputeComposites of section 2.2.2: M and Z."""
    seed = sha512(_with_length(key) + _with_length(b"Seed-" + CONTEXT)).digest()
    sum_m, sum_z = group.IDENTITY, group.IDENTITY
    for at, (one, other) in enumerate(zip(blinded, evaluated)):
        number = at.to_bytes(2, "big")
        factor = hash_to_scalar(_with_length(seed) + number + _with_length(one) + _with_length(other) + b"Composite")
        sum_m = group.add(group.multiply(factor, group.decode(one)), sum_m)
        sum_z = group.add(group.multiply(factor, group.decode(other)), sum_z)
    return sum_m, sum_z


def _challenge(parts):
    return hash_to_scalar(b"".join(map(_with_length, parts)) + b"Challenge")


def prove(key, blinded, evaluated, scalar):
    """GenerateProof of section 2.2.1, with the scalar given."""
    public = public_key(key)
    m, z = _composites(public, blinded, evaluated)
    parts = [public, *map(group.encode, (m, z, group.multiply(scalar, group.BASE), group.multiply(scalar, m)))]
    challenge = _challenge(parts)
    response = (scalar - challenge * key) % group.ORDER
    return challenge.to_bytes(32, "little") + response.to_bytes(32, "little")


def is_proved(public, blinded, evaluated, proof):
    """VerifyProof of section 2.2.2: whether one key was used for all."""
    if len(blinded) != len(evaluated) or any(element(one) is None for one in [public, *blinded, *evaluated]):
        return False
    challenge, response = (int.from_bytes(proof[at:at + 32], "little") for at in (0, 32))
    if challenge >= group.ORDER or response >= group.ORDER:
        return False
    m, z = _composites(public, blinded, evaluated)
    t2 = group.add(group.multiply(response, group.BASE), group.multiply(challenge, group.decode(public)))
    t3 = group.add(group.multiply(response, m), group.multiply(challenge, z))
    return challenge == _challenge([public, *map(group.encode, (m, z, t2, t3))])
