"""The office pages of one party: what every party's pages share, ready for the party's own routes.

    office = office_app(party_ja="証明書交付センター", party_en="Issuance center", templates=..., ...)
    office.router.add_get("/", front_page)

A handler answers `render(request, "front.html", ...)`, asks `staff_of(request)` who reads it, and `require_role(request, "operator")` before it changes anything.
A template begins `{% extends "base.html" %}` and fills the blocks `title`, `nav` and `content`. Without sign-in only health, metrics, the OpenAPI description and the
sign-in itself are answered.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from screens.guard import COOKIE, NOW, SIGN_IN, now_of, require_role, same_origin, staff_of, with_headers, with_plain_failures, with_session
from screens.pages import ENVIRONMENT, PARTY, STATIC, render
from screens.pages import templates as templates_of
from screens.sign_in import Opened, SignIn, StaffAccount, StaffSession, hash_password

__all__ = ["StaffAccount", "StaffSession", "hash_password", "now_of", "office_app", "render", "require_role", "staff_of"]

Health = Callable[[], Awaitable[Mapping[str, object]]]

HEALTH: web.AppKey[Health] = web.AppKey("office_health")
REGISTRY = web.AppKey("office_registry", CollectorRegistry)
OPENAPI: web.AppKey[Mapping[str, object]] = web.AppKey("office_openapi")

_log = structlog.get_logger("office")


def office_app(
    *,
    party_ja: str,
    party_en: str,
    templates: Path,
    accounts: tuple[StaffAccount, ...],
    now: Callable[[], datetime],
    token: Callable[[int], bytes],
    health: Health,
    registry: CollectorRegistry,
    openapi: Mapping[str, object] | None,
) -> web.Application:
    """The application behind a party's office door. `health` answers a mapping whose `status` is `ok` when the party can serve; anything else is answered 503."""
    app = web.Application(middlewares=[with_headers, with_plain_failures, same_origin, with_session])
    app[PARTY] = (party_ja, party_en)
    app[ENVIRONMENT] = templates_of(templates)
    app[NOW] = now
    app[SIGN_IN] = SignIn(accounts, token)
    # Browsers do not keep cookies apart by port: two offices on one machine need two names.
    app[COOKIE] = "office_" + re.sub(r"[^a-z0-9]+", "_", party_en.lower()).strip("_")
    app[HEALTH] = health
    app[REGISTRY] = registry
    if openapi is not None:
        app[OPENAPI] = openapi
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/metrics", _metrics)
    app.router.add_get("/openapi.json", _openapi)
    app.router.add_get("/sign-in", _sign_in_page)
    app.router.add_post("/sign-in", _sign_in)
    app.router.add_post("/sign-out", _sign_out)
    app.router.add_static("/static/", STATIC)
    return app


async def _healthz(request: web.Request) -> web.Response:
    try:
        state = await request.app[HEALTH]()
    except Exception as problem:  # noqa: BLE001 - a party that cannot say how it is, is not well
        _log.error("office_health_failed", kind=type(problem).__name__)
        state = {"status": "failed"}
    return web.json_response(dict(state), status=200 if state.get("status") == "ok" else 503)


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(request.app[REGISTRY]), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _openapi(request: web.Request) -> web.Response:
    if OPENAPI not in request.app:
        raise web.HTTPNotFound
    described: Mapping[str, object] = request.app[OPENAPI]
    return web.json_response(dict(described))


async def _sign_in_page(request: web.Request) -> web.Response:
    return render(request, "sign_in.html", problem=None, name="", next=local_address(request.query.get("next")))


async def _sign_in(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    name, password = _field(form.get("name")), _field(form.get("password"))
    onward = local_address(_field(form.get("next")))
    outcome = await request.app[SIGN_IN].sign_in(name, password, now_of(request))
    if not isinstance(outcome, Opened):
        _log.warning("office_sign_in_denied", reason=outcome.reason)  # the name is not logged: people type passwords into that field
        return render(request, "sign_in.html", status=429 if outcome.reason == "locked" else 403, problem=outcome.reason, name=name, next=onward)
    _log.info("office_signed_in", account=outcome.session.name)
    _end_session(request)
    answer = web.HTTPSeeOther(onward)
    answer.set_cookie(request.app[COOKIE], outcome.secret, path="/", httponly=True, samesite="Strict", secure=request.secure)
    raise answer


async def _sign_out(request: web.Request) -> web.StreamResponse:
    _end_session(request)
    answer = web.HTTPSeeOther("/sign-in")
    answer.del_cookie(request.app[COOKIE], path="/", httponly=True, samesite="Strict", secure=request.secure)
    raise answer


def _end_session(request: web.Request) -> None:
    secret = request.cookies.get(request.app[COOKIE])
    if secret:
        request.app[SIGN_IN].sign_out(secret)


def _field(value: object) -> str:
    return value if isinstance(value, str) else ""


def local_address(wanted: str | None) -> str:
    """Where to go after the sign-in: an address inside this office, else its front page. Nothing typed by a stranger leads out of it."""
    if wanted is None or not re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", wanted) or "\\" in wanted:
        return "/"
    return wanted
