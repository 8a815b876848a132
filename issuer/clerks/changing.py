"""What every page on which a clerk changes a register does alike: one change in one transaction, refused with its own sentence on the page it came from; and the clearance for 支援措置.

Decides neither what may be changed (`changes`) nor what is shown.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from issuer.clerks.changes import Refused
from issuer.clerks.office import ClerksOffice
from issuer.clerks.views import may_see_protection
from storage.store import Store


class ChangingPages:
    """The part that pages about residents and about 戸籍 have in common. `FOLDER` is where their addresses begin, `SUBJECT` the part of an address that names whose register it is."""

    FOLDER: str
    SUBJECT: str

    def __init__(self, office: ClerksOffice, store: Store) -> None:
        self._office = office
        self._store = store

    async def _change(
        self,
        request: web.Request,
        page: Callable[[web.Request, str], Awaitable[web.Response]],
        done: str,
        below: str,
        step: Callable[..., None],
        *what: object,
    ) -> web.StreamResponse:
        """Take `step` on the address's subject and lead to the page `below` it, which says that it was `done`; a refusal is told on `page`."""
        subject = request.match_info[self.SUBJECT]
        try:
            await self._store.write(step, subject, *what)
        except Refused as refused:
            return await page(request, refused.problem)
        raise web.HTTPSeeOther(f"{self.FOLDER}/{subject}{below}?done={done}")

    def _demand_clearance(self, request: web.Request) -> None:
        """403 for whoever may not know of protections."""
        if not may_see_protection(request, self._office):
            raise web.HTTPForbidden
