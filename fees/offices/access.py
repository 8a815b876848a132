"""Who may see what in the office: the center's own people everything, a municipality's people the pages below `/municipalities/<their code>/` and nothing else.

Decides by the address alone, before any page is reached: a page that somebody adds elsewhere is closed to municipalities without having to say so.
"""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Middleware

from fees.drafts.changes import CENTER
from fees.drafts.drafting import Person
from screens.guard import OPEN_PATHS, staff_of
from screens.pages import STAFF

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def person_of(request: web.Request, of: Mapping[str, str | None]) -> Person:
    """Who is signed in, and for whom; `of` gives the municipality of an account, None for the center's own. 401 when nobody is."""
    staff = staff_of(request)
    return Person(staff.name, of.get(staff.name) or CENTER, frozenset(staff.roles))


def home_of(code: str) -> str:
    """Below which address the pages of an owner stand: a municipality's code, or `center`."""
    return "/center" if code == CENTER else f"/municipalities/{code}"


def kept_apart(of: Mapping[str, str | None]) -> Middleware:
    """The middleware that lets a municipality's people reach their own pages only; their front page is that of their rules."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        staff = request.get(STAFF)
        code = None if staff is None else of.get(staff.name)
        if code is None or request.path in OPEN_PATHS or request.path.startswith(("/static/", home_of(code) + "/")):
            return await handler(request)
        if request.path == "/" and request.method == "GET":
            raise web.HTTPSeeOther(home_of(code) + "/rules")
        raise web.HTTPForbidden

    return middleware
