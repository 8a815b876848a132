"""What stands before every office page: headers, same origin, a session, and a plain page when something goes wrong.

Decides whether a request reaches a page at all. It never knows what the page does. Logs name paths and kinds of failure, never what was typed or shown.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import structlog
from aiohttp import web

from screens.pages import STAFF, render
from screens.sign_in import SignIn, StaffSession

NOW: web.AppKey[Callable[[], datetime]] = web.AppKey("office_now")
SIGN_IN = web.AppKey("office_sign_in", SignIn)
COOKIE = web.AppKey("office_cookie", str)
READ_AT = web.RequestKey("office_read_at", datetime)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OPEN_PATHS = frozenset({"/healthz", "/metrics", "/openapi.json", "/sign-in", "/sign-out"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

SENTENCES: dict[int, tuple[str, str]] = {
    401: ("サインインしてください。", "Please sign in."),
    403: ("この操作を行う権限がありません。", "You are not allowed to do this."),
    404: ("お探しのページはありません。", "There is no such page."),
    405: ("この操作はできません。", "This cannot be done here."),
    413: ("送信された内容が大きすぎます。", "What was sent is too large."),
    500: ("処理中に問題が発生しました。管理者に連絡してください。", "Something went wrong. Please tell the administrator."),
}

_log = structlog.get_logger("office")


def now_of(request: web.Request) -> datetime:
    """The moment this request came in: read once, the same for all that answers it."""
    return request[READ_AT]


def staff_of(request: web.Request) -> StaffSession:
    """Who is signed in; 401 when nobody is."""
    staff: StaffSession | None = request.get(STAFF)
    if staff is None:
        raise web.HTTPUnauthorized
    return staff


def require_role(request: web.Request, role: str) -> StaffSession:
    """Who is signed in, if they hold this role; 403 otherwise."""
    staff = staff_of(request)
    if role not in staff.roles:
        raise web.HTTPForbidden
    return staff


@web.middleware
async def with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The moment of the request, and on every answer the headers: no foreign code, no frames; pages are never stored."""
    request[READ_AT] = request.app[NOW]()
    try:
        response = await handler(request)
    except web.HTTPException as redirect:
        _set_headers(request, redirect)
        raise
    _set_headers(request, response)
    return response


@web.middleware
async def with_plain_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A failure becomes a plain page in the reader's language; the log gets its kind and place, not its words, which may hold personal data."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        if problem.status < 400:
            raise
        return _refused(request, problem.status, problem.headers.get("Allow"))
    except Exception as problem:  # noqa: BLE001 - the last door before the reader: nothing may pass it
        _log.error("office_page_failed", kind=type(problem).__name__, place=_place(problem), page=_page(request))
        return _refused(request, 500, None)


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever changes something must come from a page of this same office; a sender that does not say where it comes from is refused."""
    if request.method not in SAFE_METHODS and not _from_here(request):
        _log.warning("office_foreign_post", page=_page(request))
        raise web.HTTPForbidden
    return await handler(request)


@web.middleware
async def with_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page needs a session; without one, reading leads to the sign-in and back, and everything else is 401."""
    secret = request.cookies.get(request.app[COOKIE])
    staff = request.app[SIGN_IN].session(secret, now_of(request)) if secret else None
    if staff is not None:
        request[STAFF] = staff
    elif not (request.path in OPEN_PATHS or request.path.startswith("/static/")):
        if request.method not in SAFE_METHODS:
            raise web.HTTPUnauthorized
        raise web.HTTPSeeOther("/sign-in?" + urlencode({"next": str(request.rel_url)}))
    return await handler(request)


def _set_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "max-age=3600" if request.path.startswith("/static/") else "no-store")


def _from_here(request: web.Request) -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    # The scheme is not compared: behind a proxy that ends TLS it differs, and host and port already name this office.
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def _refused(request: web.Request, status: int, allow: str | None) -> web.Response:
    ja, en = SENTENCES.get(status, ("この操作は受け付けられません。", "This cannot be accepted."))
    response = render(request, "refused.html", status=status, sentence_ja=ja, sentence_en=en, code=status)
    if allow is not None:
        response.headers["Allow"] = allow
    return response


def _page(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(no such page)"


def _place(problem: BaseException) -> str:
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else ""
