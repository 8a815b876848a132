"""Strangers' files are looked at in a process of their own, one at a time and few in line: whatever a file does to its reader, the center's loop goes on.

The process may write no file, holds a bound of memory, and is ended and made anew when a reading does not end. Nothing of a file is kept or logged.
"""

import asyncio
import resource
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from multiprocessing import get_context

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.back.code import NoCode, read_code
from certificates.back.scramble import sheet_key
from certificates.binding import issuance_of
from certificates.signature.key_list import KeyList, read_key_list
from issuance_center.backs import Documents
from receiving.scan import Reading, read_page
from receiving.signed_file import SignedFile, looks_signed, told_of
from receiving.upload import NotOpened, Why, pages_of

WAITING_MAX = 4
"""Files in line, with the one that is looked at; more are told to come back."""

READING_SECONDS = 30.0
"""A file that is not read by then is given up, and the process ended."""

PAGES_MAX = 8
"""Pages of one file that are read: so many fit into the time, and into a page of answers."""

MEMORY_BYTES = 4_000_000_000
"""Address space of the process."""


class Busy(Exception):
    """Too many files are in line."""


class GivenUp(Exception):
    """The reading did not end in time, or ended its process."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Whom the reader believes, as bytes that reach its process: the authority's certificate (DER), and its signed list of code keys."""

    authority: bytes
    key_list: bytes


def belief_of(documents: Documents) -> Belief:
    """What the center believes."""
    return Belief(documents.roots[0].public_bytes(Encoding.DER), documents.key_list)


class Readers:
    """The process and the line before it. `secret` is the center's, from which a sheet's picture is keyed; it never leaves that process and this one."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._pool = self._fresh()

    async def read(self, upload: bytes, belief: Belief, now: datetime) -> SignedFile | tuple[Reading, ...]:
        """What a signed file says, or every page of a scan. Raises `receiving.upload.NotOpened`; `Busy` when too many wait; `GivenUp`."""
        if self._waiting >= WAITING_MAX:
            raise Busy
        self._waiting += 1
        try:
            async with self._turn:
                return await self._read(upload, belief, now)
        finally:
            self._waiting -= 1

    async def _read(self, upload: bytes, belief: Belief, now: datetime) -> SignedFile | tuple[Reading, ...]:
        found = await self._tried(upload, belief, now)
        if found is None:  # the process may have died before; a file that ends it ends the next one too
            found = await self._tried(upload, belief, now)
        if found is None:
            raise GivenUp
        if isinstance(found, Why):
            raise NotOpened(found)
        return found

    async def _tried(self, upload: bytes, belief: Belief, now: datetime) -> SignedFile | tuple[Reading, ...] | Why | None:
        """The process's answer; None when it had ended. Raises `GivenUp`."""
        try:
            work = asyncio.get_running_loop().run_in_executor(self._pool, _read_here, upload, belief, now)
            return await asyncio.wait_for(work, READING_SECONDS)
        except BrokenProcessPool:
            self._renew()
            return None
        except TimeoutError:
            self._renew()
            raise GivenUp from None

    def _renew(self) -> None:
        self._end()
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_settle_in, initargs=(self._secret,))

    def _end(self) -> None:
        for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 - the only way to end a reading that does not end
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Let the process go."""
        self._end()


_secret = b""


def _settle_in(secret: bytes) -> None:
    global _secret
    _secret = secret
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # pipes are no files: it can answer, and leave nothing behind
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _read_here(upload: bytes, belief: Belief, now: datetime) -> SignedFile | tuple[Reading, ...] | Why:
    """In the process. What keeps a file from being read is answered, not raised: an exception that cannot be carried over would end the process."""
    try:
        if looks_signed(upload):
            authority, keys = _believed(belief)
            return told_of(upload, (authority,), keys, now)
        pages = pages_of(upload)
        if len(pages) > PAGES_MAX:
            return Why.TOO_MANY_PAGES
        return tuple(read_page(page.grey(), _key_of) for page in pages)
    except NotOpened as refused:
        return refused.why
    except MemoryError:
        return Why.TOO_MANY_PIXELS


@lru_cache(1)
def _believed(belief: Belief) -> tuple[x509.Certificate, KeyList]:
    authority = x509.load_der_x509_certificate(belief.authority)
    return authority, read_key_list(belief.key_list, authority)


def _key_of(code: bytes) -> bytes | None:
    try:
        sheet = read_code(code).content
    except NoCode:
        return None
    issuance = issuance_of(sheet.binding)
    return None if issuance is None else sheet_key(_secret, issuance, sheet.part)
