"""CDDL types as small predicates (RFC 8610, as far as the specification uses it).

Ranges and counts that have a rule of their own are not part of a shape.
"""


def UINT(value):
    return type(value) is int and value >= 0


def INT(value):
    return type(value) is int


def TEXT(value):
    return type(value) is str


def BYTES(value):
    return type(value) is bytes


def NULL(value):
    return value is None


def SIZED(length):
    return lambda value: type(value) is bytes and len(value) == length


def EITHER(*shapes):
    return lambda value: any(shape(value) for shape in shapes)


def ARRAY(*shapes):
    """An array of exactly these."""
    def fits(value):
        return (type(value) is list and len(value) == len(shapes)
                and all(shape(item) for shape, item in zip(shapes, value)))
    return fits


def LIST(shape):
    """An array of any number of one shape."""
    return lambda value: type(value) is list and all(shape(item) for item in value)


def MAP(required, optional=None):
    """A map with exactly the required keys and perhaps some of the optional ones."""
    known = {**required, **(optional or {})}

    def fits(value):
        return (type(value) is dict and required.keys() <= value.keys() <= known.keys()
                and all(known[key](item) for key, item in value.items()))
    return fits
