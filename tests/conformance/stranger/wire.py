"""The line (1): what is said, held against its exact shape; HTTP/1.1 over TLS 1.3; refusals and when they are said."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

Json = dict[str, Any]
Check = Callable[[Any], Any]
Handler = Callable[[Json], Awaitable[Json]]

BODY_MAX, IDLE, BODY_WITHIN = 65_536, 120, 15
TIMED = {"referral_invalid", "referral_expired", "referral_used", "wide_not_joined", "year_not_open"}  # as is every row of status 403


class Refused(Exception):
    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text")
    value.encode()  # a lone surrogate is no text
    return value


def word(pattern: str) -> Check:
    def check(value: Any) -> str:
        if not re.fullmatch(pattern, text(value)):
            raise ValueError(pattern)
        return str(value)

    return check


def integer(value: Any) -> int:
    if type(value) is not int or abs(value) >= 2**53:
        raise ValueError("integer")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def instant(value: Any) -> str:
    return datetime.fromisoformat(word(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")(value)).isoformat()


def visit_key(value: Any) -> bytes:
    raw = base64.b64decode(text(value), validate=True)
    if len(raw) != 32 or base64.b64encode(raw).decode() != value:
        raise ValueError("32 bytes")
    return raw


def several(check: Check) -> Check:
    def checked(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError("array")
        return [check(one) for one in value]

    return checked


def maybe(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def record(defaults: Json | None = None, **shape: Check) -> Check:
    def check(value: Any) -> Json:
        if not isinstance(value, dict) or value.keys() - shape.keys():
            raise ValueError("an unknown field")
        whole = {**(defaults or {}), **value}
        if shape.keys() - whole.keys():
            raise ValueError("a missing field")
        return {name: checked(whole[name]) for name, checked in shape.items()}

    return check


def unrepeated(pairs: list[tuple[str, Any]]) -> Json:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a field twice")
    return dict(pairs)


def no_number(_: str) -> None:
    raise ValueError("no number")


def parsed(body: bytes, shape: Check) -> Any:
    return shape(json.loads(body.decode(), object_pairs_hook=unrepeated, parse_constant=no_number))


ID = word(r"[A-Za-z0-9-]{1,36}")
PRINTABLE = word(r"[ -~]{1,64}")


class Line:
    """`refusals`: code to status, ja and en; `after`: how long after a question everything is said that is about a person."""

    def __init__(self, routes: dict[str, tuple[Check, Handler]], refusals: dict[str, Json], after: float) -> None:
        self.routes, self.refusals, self.after = routes, refusals, after

    async def listen(self, tls: Json, port: int) -> asyncio.Server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version, context.verify_mode, context.num_tickets = ssl.TLSVersion.TLSv1_3, ssl.CERT_REQUIRED, 0
        context.load_cert_chain(tls["certificate"], tls["key"])
        context.load_verify_locations(tls["authority"])
        return await asyncio.start_server(self.connected, "127.0.0.1", port, ssl=context, ssl_handshake_timeout=15, backlog=256)

    def refusal(self, code: str, detail: str = "") -> tuple[int, Json]:
        row = self.refusals[code]
        return row["status"], {"type": "refusal", "code": code, "ja": row["ja"], "en": row["en"], "detail": detail}

    async def answer(self, path: str, body: bytes) -> Json:
        shape, handler = self.routes[path]
        try:
            message = parsed(body, shape)
        except (ValueError, RecursionError):
            raise Refused("malformed") from None
        asked_at = time.monotonic()
        try:
            return await handler(message)
        except TimeoutError:
            raise Refused("busy") from None
        except Refused as refused:
            # whatever is said about a person is said at one and the same time after the question
            if self.refusals[refused.code]["status"] == 403 or refused.code in TIMED:
                await asyncio.sleep(max(0.0, asked_at + self.after - time.monotonic()))
            raise

    async def asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, center: bool) -> bool:
        """One question and its answer; whether the connection may be used again."""
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)).decode("latin-1").split("\r\n")
        method, path, *_ = [*head[0].split(" "), "", ""]
        headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:] if line)]
        lengths = {value for name, value in headers if name == "content-length"}
        length = next(iter(lengths), "" if method == "POST" else "0")
        readable = len(lengths) <= 1 and bool(re.fullmatch("[0-9]{1,18}", length)) and "transfer-encoding" not in dict(headers)
        whole = readable and int(length) <= BODY_MAX
        try:
            body = await asyncio.wait_for(reader.readexactly(int(length)), BODY_WITHIN) if whole else b""
            if not center:
                raise Refused("role_not_admitted")
            if path not in self.routes:
                raise Refused("not_found")
            if method != "POST" or not readable:
                raise Refused("malformed")
            if not whole:
                raise Refused("body_too_large", str(BODY_MAX))
            status, said = 200, await self.answer(path, body)
        except Refused as refused:
            status, said = self.refusal(refused.code, refused.detail)
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker gets an answer
            print(f"failed: {type(error).__name__}", file=sys.stderr, flush=True)  # the type alone: a message may hold somebody's data
            status, said = self.refusal("failed")
        raw = json.dumps(said, ensure_ascii=False).encode()
        keep = whole and not any(name == "connection" and value.lower() == "close" for name, value in headers)
        top = f"HTTP/1.1 {status} {'OK' if status == 200 else 'Refused'}\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n{'' if keep else 'Connection: close'}"
        writer.write(top.rstrip().encode() + b"\r\n\r\n" + raw)
        await writer.drain()
        if not keep:  # what still comes is read away for a moment: closing on unread bytes would take the answer from the asker
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    while await reader.read(65_536):
                        pass
        return bool(keep)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        names = [
            name
            for kind, name in writer.get_extra_info("peercert").get("subjectAltName", ())
            if kind == "URI" and name.startswith("urn:konbini:party:")
        ]
        center = len(names) == 1 and bool(re.fullmatch(r"urn:konbini:party:center:[A-Za-z0-9._-]{1,64}", names[0]))
        try:
            while await self.asked(reader, writer, center):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, OSError):
            pass
        finally:
            writer.close()
