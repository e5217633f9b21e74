"""Base64 and base32 in their one form (record.md section 2, charter.md section 4)."""

import base64
import binascii


def base64_decode(text):
    """Strict RFC 4648 section 4 with padding and zero unused bits; None if it is anything else."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value).decode() == text else None


def base32_decode(text):
    """Strict RFC 4648 section 6, upper case, without padding; None if it is anything else."""
    try:
        value = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    return value if base64.b32encode(value).decode().rstrip("=") == text else None


def armour_decode(data, magic):
    """A file of a magic line and base64 in lines of 1 to 76 characters; None if it is not of that form."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        return None
    if len(lines) < 3 or lines[0] != magic or lines[-1] != "":
        return None
    if not all(1 <= len(line) <= 76 for line in lines[1:-1]):
        return None
    return base64_decode("".join(lines[1:-1]))
