"""Who may send a file to the receivers' page, how often, how large and how slowly: what stands between strangers and the center's memory.

Knows addresses for a minute and keeps nothing else; never knows what is in a file.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

from aiohttp import web

from receiving.upload import LARGEST_FILE

ASKED_MAX, ASKED_SECONDS = 20, 60.0
"""How many uploads one sender may send in how many seconds."""

AT_ONCE_MAX, AT_ONCE_EACH = 8, 2
"""Uploads that may be on their way or in line at the same time: of all senders (their files are in memory) and of one (nobody else is kept waiting)."""

UPLOAD_SECONDS, PAUSE_SECONDS = 90.0, 10.0
"""A file must be here in the first, and something of it in every second."""

FORM_MARGIN = 1 << 16
"""What a form may have around its files."""

_SENDERS_MAX = 4096
_PARTS_MAX = 8
_CHUNK = 1 << 16
_NETWORK_BITS = 64
"""An IPv6 sender is a network: it has more addresses than anybody could count."""


class NotTaken(Exception):
    """An upload is not taken; `problem` is the page's word for it, `status` that of the answer."""

    def __init__(self, problem: str, status: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status


class Senders:
    """How often each sender has asked lately, and how many of their files are here; forgets the oldest."""

    def __init__(self) -> None:
        self._asked: dict[str, list[float]] = {}
        self._here: dict[str, int] = {}

    @contextmanager
    def admitted(self, address: str, at: float) -> Iterator[None]:
        """Room for one upload of this address for as long as the block lasts (`at` in seconds of any clock). Raises `NotTaken`."""
        sender = sender_of(address)
        if not self._may_ask(sender, at):
            raise NotTaken("too_often", 429)
        here = self._here.get(sender, 0)
        if here >= AT_ONCE_EACH or sum(self._here.values()) >= AT_ONCE_MAX:
            raise NotTaken("busy", 503)
        self._here[sender] = here + 1
        try:
            yield
        finally:
            self._here[sender] -= 1
            if not self._here[sender]:
                del self._here[sender]

    def _may_ask(self, sender: str, at: float) -> bool:
        asked = [before for before in self._asked.pop(sender, []) if at - before < ASKED_SECONDS]
        allowed = len(asked) < ASKED_MAX
        self._asked[sender] = [*asked, at] if allowed else asked
        while len(self._asked) > _SENDERS_MAX:
            self._asked.pop(next(iter(self._asked)))
        return allowed


def sender_of(address: str) -> str:
    """Whom an address stands for: itself, or the network of an IPv6 address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else f"{int(parsed) >> _NETWORK_BITS:x}"
    return str(parsed)


async def uploaded(request: web.Request, names: tuple[str, ...]) -> dict[str, bytes]:
    """The files of these fields of the form, those that were chosen. Nothing is read that is announced as too large. Raises `NotTaken`."""
    announced = request.content_length
    if not request.content_type.startswith("multipart/") or announced is None:
        raise NotTaken("nothing", 422)
    if announced > len(names) * LARGEST_FILE + FORM_MARGIN:
        raise NotTaken("too_large", 413)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            return await _files(request, names)
    except TimeoutError:
        raise NotTaken("too_slow", 408) from None
    except (ValueError, AssertionError, web.RequestPayloadError, EOFError, ConnectionError):
        raise NotTaken("nothing", 422) from None  # not a form as browsers write them, or broken off


async def _files(request: web.Request, names: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    reader = await request.multipart()
    for _ in range(_PARTS_MAX):
        part = await asyncio.wait_for(reader.next(), PAUSE_SECONDS)
        if part is None:
            return found
        name = getattr(part, "name", None)
        content = await _content(part)
        if name in names and name not in found and content:
            found[name] = content
    raise NotTaken("nothing", 422)


async def _content(part: object) -> bytes:
    read_chunk = getattr(part, "read_chunk", None)
    if read_chunk is None:
        raise NotTaken("nothing", 422)  # a form within the form
    content = bytearray()
    while chunk := await asyncio.wait_for(read_chunk(_CHUNK), PAUSE_SECONDS):
        content += chunk
        if len(content) > LARGEST_FILE:
            raise NotTaken("too_large", 413)
    return bytes(content)
