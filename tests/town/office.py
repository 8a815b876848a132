"""A member of staff at the pages of an office, signed in: whose they are, the name and the password stand in the town's description."""

from typing import Any, Self

import aiohttp

from simulation.town.description import StaffEntry
from tests.town.open_town import OpenTown


def staff_of(world: OpenTown, code: str, role: str) -> StaffEntry:
    """Somebody in this role of this municipality; entries of the main one do not name it."""
    named = "" if code == world.city and role != "municipality" else code
    return next(one for one in world.town.staff if one.role == role and one.municipality == named)


class Office:
    """An async context manager: `asked` gives a page, after the redirections that follow a POST."""

    def __init__(self, member: StaffEntry) -> None:
        self._member = member
        # The cloud tells its tenants' offices apart by the name of the host, whatever address they are reached at.
        self._address = f"http://127.0.0.1:{member.url.rpartition(':')[2]}"
        headers = {"Host": member.url.removeprefix("http://"), "Origin": member.url}
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers)

    async def __aenter__(self) -> Self:
        form = {"name": self._member.name, "password": self._member.password, "next": "/"}
        assert self._member.name in await self.asked("POST", "/sign-in", data=form)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def status(self, method: str, path: str, **more: Any) -> int:
        """How a request is answered."""
        async with self._session.request(method, self._address + path, allow_redirects=False, **more) as answer:
            return answer.status

    async def asked(self, method: str, path: str, **more: Any) -> str:
        """The page; every step must be answered well."""
        async with self._session.request(method, self._address + path, allow_redirects=False, **more) as answer:
            if answer.status in (302, 303):
                return await self.asked("GET", answer.headers["Location"])
            assert answer.status == 200, (path, answer.status)
            return await answer.text()
