"""The OCSP door: plain HTTP as OCSP is (RFC 6960 appendix A), POST and GET, open to everybody; what is said is signed.

Decodes, lets the desk answer, encodes; decides nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram

from jpki.desk import Desk
from storage.crash_points import CrashPoints
from trust.ocsp_responder import REQUEST_BYTES_MAX, MalformedRequest, request_in_path

PATH = "/ocsp"
REQUEST_TYPE = "application/ocsp-request"
RESPONSE_TYPE = "application/ocsp-response"
STEPS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

_log = structlog.get_logger("jpki")


class Meters:
    """What is counted at this door. Nothing counted names a certificate."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter("konbini_ocsp_answers", "OCSP answers by what they said", ("said",), registry=registry)
        self.seconds = Histogram("konbini_ocsp_seconds", "From a request read to its answer", registry=registry, buckets=STEPS_SECONDS)

    def counted(self, said: str) -> None:
        """One answer that said this."""
        self._answers.labels(said).inc()


class OcspDoor:
    """The door's aiohttp application. `now` is read once for each request."""

    def __init__(self, desk: Desk, *, now: Callable[[], datetime], meters: Meters, points: CrashPoints) -> None:
        self._desk = desk
        self._now = now
        self._meters = meters
        self._points = points

    def application(self) -> web.Application:
        """POST `/ocsp`, GET `/ocsp/<request in base64>`, GET `/openapi.json`."""
        app = web.Application(client_max_size=REQUEST_BYTES_MAX)
        app.router.add_post(PATH, self._post)
        app.router.add_post(PATH + "/", self._post)
        app.router.add_get(PATH + "/{request:.+}", self._get)
        app.router.add_get("/openapi.json", self._openapi)
        return app

    async def _post(self, request: web.Request) -> web.Response:
        if request.content_type != REQUEST_TYPE:
            raise web.HTTPUnsupportedMediaType(text=f"Content-Type must be {REQUEST_TYPE}\n")
        return await self._answered(await request.read())

    async def _get(self, request: web.Request) -> web.Response:
        # The path as it came: the routed one is decoded and tidied, and base64 has slashes of its own.
        raw = request.raw_path.partition("?")[0].partition(PATH + "/")[2]
        try:
            der = request_in_path(raw)
        except MalformedRequest:
            der = b""
        return await self._answered(der)

    async def _answered(self, der: bytes) -> web.Response:
        self._points.reach("serve:Ocsp:before")
        with self._meters.seconds.time():
            response = await self._desk.ocsp(der, self._now())
        self._points.reach("serve:Ocsp:after")
        # A suspension must be seen at once: no proxy may keep an answer.
        return web.Response(body=response, content_type=RESPONSE_TYPE, headers={"Cache-Control": "no-store"})

    async def _openapi(self, _request: web.Request) -> web.Response:
        return web.json_response(dict(DESCRIPTION))


def _body(media_type: str) -> dict[str, object]:
    return {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}


_ANSWERS = {"200": {"description": "An OCSP response, or why there is none"} | _body(RESPONSE_TYPE)}

DESCRIPTION: Mapping[str, object] = {
    "openapi": "3.1.0",
    "info": {"title": "公的個人認証サービスセンター（見本） OCSP (RFC 6960)", "version": "1"},
    "paths": {
        PATH: {
            "post": {
                "summary": "The status of one certificate",
                "requestBody": {"required": True} | _body(REQUEST_TYPE),
                "responses": _ANSWERS
                | {
                    "413": {"description": f"The request is longer than {REQUEST_BYTES_MAX} bytes"},
                    "415": {"description": f"The body is not {REQUEST_TYPE}"},
                },
            },
        },
        PATH + "/{request}": {
            "get": {
                "summary": "The status of one certificate",
                "parameters": [
                    {
                        "name": "request",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "contentEncoding": "base64"},
                        "description": "The DER request in base64, percent-encoded",
                    }
                ],
                "responses": _ANSWERS,
            },
        },
    },
}
