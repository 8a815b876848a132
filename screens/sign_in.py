"""Who sits at an office page: accounts, passwords, sessions, lockout.

Decides whether a name and a password open a session and whether a session still stands. Sessions live in memory: a restart signs everybody out.
It never learns what the pages show. Time is a value, chance is injected; an unknown name is treated exactly like a known one, in answer and in work.
"""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SESSION_SECONDS = 8 * 3600
IDLE_SECONDS = 30 * 60
WRONG_MAX = 5
LOCKED_SECONDS = 15 * 60
NAME_MAX = 100
PASSWORD_MAX = 1024
"""Characters; longer input is refused before any work is done for it."""

REMEMBERED_NAMES = 10_000
"""How many names' wrong tries are kept: a stranger who tries many names cannot fill the memory."""

VERIFIED_AT_ONCE = 2
"""Each verification takes 64 MiB and a core for a tenth of a second."""

_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
# Made with the parameters above from a password nobody has: an unknown name costs the same work as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$kBlcBAfPyXeoYOThzV+lDw$OV/ZVHuajggFVnJDqCPpRNgOTFipbs3Kjo4l54qSndw"


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """An account as configured: `name` is typed at sign-in, `password_hash` is argon2id (`hash_password`), `roles` are the party's own words."""

    name: str
    password_hash: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffSession:
    """Who is signed in, and what they may do."""

    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A session stands; `secret` (base64url, 32 bytes of chance) is the cookie's value."""

    secret: str
    session: StaffSession


@dataclass(frozen=True, slots=True)
class Denied:
    """No session. `locked`: too many wrong tries under this name, whether or not it exists."""

    reason: Literal["wrong", "locked"]


@dataclass(frozen=True, slots=True)
class _Standing:
    session: StaffSession
    opened_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class _Tries:
    wrong: int
    last_at: datetime


def hash_password(password: str, *, salt: bytes | None = None) -> str:
    """The argon2id hash to keep in a configuration. `salt` (16 bytes) is given only where a seed has to give the same file again."""
    return _HASHER.hash(password, salt=salt)


class SignIn:
    """The sign-in of one party's office pages."""

    def __init__(self, accounts: tuple[StaffAccount, ...], token: Callable[[int], bytes]) -> None:
        self._accounts = {account.name: account for account in accounts}
        if len(self._accounts) != len(accounts):
            raise ValueError("two staff accounts have the same name")
        self._token = token
        self._standing: dict[str, _Standing] = {}
        self._tries: dict[str, _Tries] = {}
        self._verifying = asyncio.Semaphore(VERIFIED_AT_ONCE)

    async def sign_in(self, name: str, password: str, now: datetime) -> Opened | Denied:
        """Open a session for a right name and password. The try is counted before it is judged, so that many at once cannot outrun the lock."""
        if len(name) > NAME_MAX or len(password) > PASSWORD_MAX:
            return Denied("wrong")
        if self._locked(name, now):
            return Denied("locked")
        self._count(name, now)
        account = self._accounts.get(name)
        async with self._verifying:
            right = await asyncio.to_thread(_matches, account.password_hash if account else _NOBODY, password)
        if account is None or not right:
            return Denied("locked" if self._locked(name, now) else "wrong")
        self._tries.pop(name, None)
        return self._open(account, now)

    def session(self, secret: str, now: datetime) -> StaffSession | None:
        """Who holds this secret now: nobody after 8 hours, or after 30 minutes without a page. Asking counts as a page."""
        standing = self._standing.get(secret)
        if standing is None:
            return None
        if _expired(standing, now):
            del self._standing[secret]
            return None
        self._standing[secret] = replace(standing, seen_at=now)
        return standing.session

    def sign_out(self, secret: str) -> None:
        """End this session; an unknown secret changes nothing."""
        self._standing.pop(secret, None)

    def _open(self, account: StaffAccount, now: datetime) -> Opened:
        for old in [secret for secret, standing in self._standing.items() if _expired(standing, now)]:
            del self._standing[old]
        secret = base64.urlsafe_b64encode(self._token(32)).decode().rstrip("=")
        session = StaffSession(account.name, account.roles)
        self._standing[secret] = _Standing(session, now, now)
        return Opened(secret, session)

    def _locked(self, name: str, now: datetime) -> bool:
        tries = self._tries.get(name)
        return tries is not None and tries.wrong >= WRONG_MAX and now < tries.last_at + timedelta(seconds=LOCKED_SECONDS)

    def _count(self, name: str, now: datetime) -> None:
        before = self._tries.pop(name, None)
        over = before is not None and before.wrong >= WRONG_MAX  # a lock that has run out starts a new row of tries
        self._tries[name] = _Tries(1 if before is None or over else before.wrong + 1, now)
        if len(self._tries) > REMEMBERED_NAMES + len(self._accounts):
            # Only names that do not exist are forgotten: nobody can lift the lock of an account by trying others.
            del self._tries[next(other for other in self._tries if other not in self._accounts)]


def _expired(standing: _Standing, now: datetime) -> bool:
    return now >= standing.opened_at + timedelta(seconds=SESSION_SECONDS) or now >= standing.seen_at + timedelta(seconds=IDLE_SECONDS)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
