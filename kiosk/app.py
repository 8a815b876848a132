"""The kiosk's own door, on localhost: the panel, and the machine around it, for a browser and for programs that stand in for a person.

    GET    /                                 list of terminals (page)
    GET    /terminals                        [{"id", "profile", "screen", "url"}]
    GET    /terminals/{id}                   the panel and the machine (page)
    GET    /terminals/{id}/view              the view (`kiosk.view`); `?seen=VERSION` waits up to 20 s for a newer one
    GET    /terminals/{id}/stream            server-sent events, each a view
    GET    /terminals/{id}/cards             [{"id", "name", "memo", "placed"}]: the demonstration cards; `placed` is a terminal or null
    POST   /terminals/{id}/events            {"event": "kind", "value": "juminhyo"}: a touch (`kiosk.touches`); many carry no value
    POST   /terminals/{id}/card              {"holder": id}: set a card on the reader
    DELETE /terminals/{id}/card              take it away
    POST   /terminals/{id}/coins             {"yen": 100} -> {"accepted": true, "inserted_yen"}, or {"accepted": false, "reason"}: it fell through
    POST   /terminals/{id}/return-tray/take  -> {"yen"}
    POST   /terminals/{id}/tray/take         -> {"papers": [{"issuance_id", "sheets", "taken", "pdf"}], "receipt"}: base64, text, or null;
                                             `?pictures=1` adds "pictures" to each paper, one PNG (base64) for each sheet
    POST   /terminals/{id}/maintenance       {"do": "jam_next" | "clear_jam" | "load_paper" | "discard"}: staff at the open machine
    GET    /healthz, /metrics

Touches and hands are answered when the event has been taken, and their answers hold {"view": …} as well; bad input is answered with a row of
`messages.refusals` under its status. The door decodes, calls and encodes; it decides nothing. It is heard only under its own host name, and by
pages of its own origin.
"""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, generate_latest

from kiosk import journal, pictures
from kiosk.coin_box import Accepted, CoinRefused
from kiosk.maintenance import Service
from kiosk.panel_files import add_panel
from kiosk.printer import TakenPaper
from kiosk.reader import CardUnreadable
from kiosk.terminal import Terminal
from kiosk.touches import read_touch
from kiosk.tray_of_cards import CardElsewhere, ReaderOccupied, TrayOfCards, UnknownHolder
from kiosk.view import view_of
from messages.refusals import TABLE, Refusal, refuse
from messages.wire import encode

HOSTS: web.AppKey[frozenset[str]] = web.AppKey("hosts", frozenset)
"""The host names under which the door is heard."""

BODY_BYTES_MAX = 4096
WAIT_SECONDS = 20.0
STREAM_ALIVE_SECONDS = 15.0

B = TypeVar("B", bound=msgspec.Struct)
Json = dict[str, Any]


class PlaceCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Set this holder's card on the reader."""

    holder: str


class Coin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One coin or note."""

    yen: int


class Maintain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What staff do at the open machine."""

    do: Service


class Refused(Exception):
    """Answer with this refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class KioskDoor:
    """The handlers; `terminals` by id, in the order of the configuration. `host` is the name under which the door is served."""

    def __init__(self, terminals: Mapping[str, Terminal], cards: TrayOfCards, registry: CollectorRegistry, host: str) -> None:
        self._terminals = terminals
        self._cards = cards
        self._registry = registry
        self._closing = False
        self._hosts = frozenset({host, "localhost", "127.0.0.1", "::1"})

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[_refusals, _own_origin])
        app[HOSTS] = self._hosts
        app.on_shutdown.append(self._let_go)
        add_panel(app)
        at = "/terminals/{id}"
        app.add_routes(
            [
                web.get("/terminals", self._list),
                web.get(at + "/view", self._view),
                web.get(at + "/stream", self._stream),
                web.get(at + "/cards", self._cards_beside),
                web.post(at + "/events", self._touch),
                web.post(at + "/card", self._place_card),
                web.delete(at + "/card", self._remove_card),
                web.post(at + "/coins", self._coin),
                web.post(at + "/return-tray/take", self._take_return),
                web.post(at + "/tray/take", self._take_papers),
                web.post(at + "/maintenance", self._maintain),
                web.get("/healthz", self._health),
                web.get("/metrics", self._metrics),
            ]
        )
        return app

    def _terminal(self, request: web.Request) -> Terminal:
        terminal = self._terminals.get(request.match_info["id"])
        if terminal is None:
            raise Refused(refuse("not_found", "there is no such terminal"))
        return terminal

    # --- seen ---

    async def _list(self, _request: web.Request) -> web.Response:
        return _json(
            [
                {"id": name, "profile": terminal.machine.profile, "screen": str(terminal.screen), "url": f"/terminals/{name}"}
                for name, terminal in self._terminals.items()
            ]
        )

    async def _view(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        seen = request.query.get("seen", "")
        if seen.isascii() and seen.isdigit():
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await terminal.watchers.newer_than(int(seen))
            except TimeoutError:
                pass
        return _json(view_of(terminal))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        terminal = self._terminal(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        seen = 0
        try:
            while not self._closing:
                try:
                    async with asyncio.timeout(STREAM_ALIVE_SECONDS):
                        seen = await terminal.watchers.newer_than(seen)
                except TimeoutError:
                    await response.write(b": alive\n\n")
                    continue
                await response.write(b"data: " + msgspec.json.encode(view_of(terminal)) + b"\n\n")
        except ConnectionResetError:
            pass
        return response

    async def _let_go(self, _app: web.Application) -> None:
        """Whoever watches is let go, so that the door can close at once."""
        self._closing = True
        for terminal in self._terminals.values():
            terminal.watchers.changed()

    async def _cards_beside(self, request: web.Request) -> web.Response:
        self._terminal(request)
        return _json(self._cards.listed())

    # --- done ---

    async def _touch(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        touch = read_touch(await request.read())
        if isinstance(touch, Refusal):
            raise Refused(touch)
        refusal = await terminal.touch(*touch)
        if refusal is not None:
            raise Refused(refusal)
        return _seen(terminal)

    async def _place_card(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        body = await _body(request, PlaceCard)
        try:
            card = self._cards.pick_up(body.holder, terminal)
        except UnknownHolder:
            raise Refused(refuse("not_found", "there is no such card")) from None
        except CardElsewhere:
            raise Refused(refuse("malformed", "the card lies on another reader")) from None
        except ReaderOccupied:
            raise Refused(refuse("malformed", "there is a card on the reader already")) from None
        except CardUnreadable:
            raise Refused(refuse("card_unreadable")) from None
        await terminal.place_card(card)
        return _seen(terminal)

    async def _remove_card(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        await terminal.remove_card()
        self._cards.put_down(terminal)
        return _seen(terminal)

    async def _coin(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        body = await _body(request, Coin)
        result = await terminal.insert_coin(body.yen)
        return _seen(terminal, **_coin_json(result))

    async def _take_return(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        return _seen(terminal, yen=await terminal.take_return())

    async def _take_papers(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        handed = await terminal.take_papers()
        draw = request.query.get("pictures") == "1"
        papers = [_paper_json(paper, draw=draw) for paper in handed.papers]
        return _seen(terminal, papers=papers, receipt=None if handed.receipt is None else handed.receipt.text)

    async def _maintain(self, request: web.Request) -> web.Response:
        terminal = self._terminal(request)
        body = await _body(request, Maintain)
        await terminal.maintain(body.do)
        return _seen(terminal)

    # --- watched by machines ---

    async def _health(self, _request: web.Request) -> web.Response:
        waiting = {name: await each.machine.store.read(journal.count_untold, name) for name, each in self._terminals.items()}
        screens = {name: str(each.screen) for name, each in self._terminals.items()}
        well = "out_of_service" not in screens.values()
        return _json({"party": "kiosk", "ok": well, "screens": screens, "reports_waiting": waiting}, status=200 if well else 503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json", headers={"Cache-Control": "no-store"})


def _seen(terminal: Terminal, **more: object) -> web.Response:
    return _json({**more, "view": view_of(terminal)})


def _coin_json(result: Accepted | CoinRefused) -> Json:
    if isinstance(result, Accepted):
        return {"accepted": True, "inserted_yen": result.inserted_yen}
    return {"accepted": False, "reason": result.reason}


def _paper_json(paper: TakenPaper, *, draw: bool) -> Json:
    sides = paper.sides
    json: Json = {
        "issuance_id": paper.paper_id,
        "sheets": paper.sheets,
        "taken": list(paper.sheet_nos),
        "face": None if sides is None else _base64(sides.face),
        "back": None if sides is None else _base64(sides.back),
    }
    if draw:
        json["pictures"] = [] if sides is None else [_base64(png) for png in pictures.sheets_of(sides.face)]
        json["back_pictures"] = [] if sides is None or not sides.back else [_base64(png) for png in pictures.sheets_of(sides.back)]
    return json


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


async def _body(request: web.Request, kind: type[B]) -> B:
    try:
        return msgspec.json.decode(await request.read(), type=kind, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(refuse("malformed", f"the body is not {kind.__name__}")) from None


def _refusal_response(refusal: Refusal) -> web.Response:
    return web.Response(
        body=encode(refusal), status=TABLE[refusal.code].status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as error:
        return _refusal_response(error.refusal)
    except web.HTTPRequestEntityTooLarge:
        return _refusal_response(refuse("body_too_large", f"at most {BODY_BYTES_MAX} bytes"))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _refusal_response(refuse("not_found" if error.status == 404 else "malformed", error.reason))
    except ConnectionResetError:
        raise
    except Exception:  # noqa: BLE001 - whatever failed, the page gets a sentence and no stack trace
        structlog.get_logger().exception("answer_failed", path=request.match_info.route.resource and request.match_info.route.resource.canonical)
        return _refusal_response(refuse("failed"))


@web.middleware
async def _own_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Another site's page, or another name that leads here (DNS rebinding), is not heard."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise Refused(refuse("role_not_admitted", "another origin"))
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and request.method != "GET":
        raise Refused(refuse("role_not_admitted", "another origin"))
    if request.url.host not in request.app[HOSTS]:
        raise Refused(refuse("role_not_admitted", "another host name"))
    return await handler(request)
