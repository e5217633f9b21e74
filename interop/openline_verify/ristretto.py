"""The group ristretto255 (RFC 9496): decoding, encoding, addition and multiplication, plainly and not in constant time.

It is for checking what is public. Elements are points (x, y, z, t) in extended coordinates of edwards25519.
"""

from hashlib import sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def _is_negative(value):
    return value % P & 1


def _absolute(value):
    return -value % P if _is_negative(value) else value % P


def _sqrt_ratio(u, v):
    """Whether u/v is a square, and the root of it or of i*u/v that is not negative (section 4.2)."""
    root = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * root * root % P
    correct, flipped, flipped_i = check == u % P, check == -u % P, check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        root = root * SQRT_M1 % P
    return correct or flipped, _absolute(root)


INV_SQRT_A_MINUS_D = _sqrt_ratio(1, -1 - D)[1]
SQRT_AD_MINUS_ONE = _sqrt_ratio(-D - 1, 1)[1]
# The root that the RFC fixes is the odd one.
SQRT_AD_MINUS_ONE = SQRT_AD_MINUS_ONE if _is_negative(SQRT_AD_MINUS_ONE) else P - SQRT_AD_MINUS_ONE


def decode(data):
    """The element that 32 bytes encode, or None (section 4.3.1)."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or _is_negative(s):
        return None
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    square, inverse = _sqrt_ratio(1, v * u2 * u2)
    den_x = inverse * u2 % P
    den_y = inverse * den_x * v % P
    x = _absolute(2 * s * den_x)
    y = u1 * den_y % P
    t = x * y % P
    return None if not square or _is_negative(t) or y == 0 else (x, y, 1, t)


def encode(point):
    """The 32 bytes of an element (section 4.3.2)."""
    x, y, z, t = point
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    inverse = _sqrt_ratio(1, u1 * u2 * u2)[1]
    den1, den2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = den1 * den2 * t % P
    den = den2
    if _is_negative(t * z_inverse):
        x, y, den = y * SQRT_M1 % P, x * SQRT_M1 % P, den1 * INV_SQRT_A_MINUS_D % P
    if _is_negative(x * z_inverse):
        y = -y % P
    return _absolute(den * (z - y)).to_bytes(32, "little")


def add(one, other):
    """The sum of two elements."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * t1 * D * t2, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    """An element taken so many times."""
    result = IDENTITY
    for bit in bin(scalar % ORDER)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def _basepoint():
    y = 4 * pow(5, P - 2, P) % P
    x = _sqrt_ratio(y * y - 1, D * y * y + 1)[1]
    return x, y, 1, x * y % P


BASE = _basepoint()


def _map(data):
    """The map of section 4.3.4 on 32 bytes."""
    t = int.from_bytes(data, "little") % 2**255 % P
    r = SQRT_M1 * t * t % P
    u = (r + 1) * (1 - D * D) % P
    v = (-1 - r * D) * (r + D) % P
    square, s = _sqrt_ratio(u, v)
    c = -1 if square else r
    s = s if square else -_absolute(s * t) % P
    n = (c * (r - 1) * (D - 1) ** 2 - v) % P
    w0, w1 = 2 * s * v % P, n * SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def from_uniform(data):
    """The element that 64 uniform bytes give."""
    return add(_map(data[:32]), _map(data[32:]))


def expand(message, tag, length):
    """expand_message_xmd of RFC 9380 section 5.3.1 with SHA-512."""
    tag += bytes([len(tag)])
    head = sha512(bytes(128) + message + length.to_bytes(2, "big") + b"\0" + tag).digest()
    block, out = sha512(head + b"\x01" + tag).digest(), b""
    for count in range(2, 257):
        out += block
        if len(out) >= length:
            return out[:length]
        mixed = bytes(a ^ b for a, b in zip(head, block))
        block = sha512(mixed + bytes([count]) + tag).digest()
    raise ValueError("too long")
