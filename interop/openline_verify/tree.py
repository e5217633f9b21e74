"""The Merkle tree of RFC 6962 section 2.1 (record.md section 5)."""

from hashlib import sha256


def leaf_hash(data):
    return sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree: the hashes of its complete subtrees, largest first."""

    def __init__(self):
        self.size = 0
        self.peaks = []

    def add(self, leaf):
        """Append one leaf hash."""
        at = self.size
        while at & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            at >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        """The Merkle tree hash of what has been added."""
        if not self.peaks:
            return sha256(b"").digest()
        value = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            value = node_hash(peak, value)
        return value


def roots_at(leaves, sizes):
    """The roots at each of these sizes, none above the number of leaves."""
    tree, wanted, found = Tree(), set(sizes), {}
    if 0 in wanted:
        found[0] = tree.root()
    for leaf in leaves:
        tree.add(leaf)
        if tree.size in wanted:
            found[tree.size] = tree.root()
    return found


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion_holds(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2 on the audit path of RFC 6962 section 2.1.1."""
    if index >= size:
        return False
    at, last, value = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            value = node_hash(step, value)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            value = node_hash(value, step)
        at >>= 1
        last >>= 1
    return last == 0 and value == root


def consistency_holds(first, first_root, second, second_root, path):
    """RFC 9162 section 2.1.4.2 on the proof of RFC 6962 section 2.1.2."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    if first & (first - 1) == 0:
        path = [first_root, *path]
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at >>= 1
        last >>= 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old = node_hash(step, old)
            new = node_hash(step, new)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            new = node_hash(new, step)
        at >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root
