"""One plan in a process of its own: what is asked on standard input, the answer on standard output, both as msgpack. So that an office that serves prices is not held up by a thousand draws."""

import sys

import msgspec

from fees.planning.errand import Asked, answer_to


def main() -> None:
    """Answer once and end."""
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer_to(asked)))


if __name__ == "__main__":
    main()
