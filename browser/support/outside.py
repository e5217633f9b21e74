"""What lies outside a side's own way out: a listener that answers, or falls silent as a network that is gone does.

A closed port refuses, and a refusal is an answer. Silence is a listener whose queue is full and never taken from. Orders come on
standard input, a word in a line; each is answered by a line once it holds.
"""

import select
import socket
import sys

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
address = listener.getsockname()
print(address[1], flush=True)

waiting = []
is_silent = False


def fill():
    """Connects until nothing answers any more."""
    while True:
        one = socket.socket()
        one.settimeout(0.5)
        waiting.append(one)
        try:
            one.connect(address)
        except TimeoutError:
            return


while True:
    ready, _, _ = select.select([sys.stdin] if is_silent else [sys.stdin, listener], [], [])
    if listener in ready:
        listener.accept()[0].close()
    if sys.stdin not in ready:
        continue
    order = sys.stdin.readline().strip()
    if not order:
        break
    is_silent = order == "silent"
    if is_silent:
        fill()
    else:
        while waiting:
            waiting.pop().close()
    print(order, flush=True)
