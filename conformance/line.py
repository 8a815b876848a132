"""A line to the server under test: bytes out, bytes back, and how long it took. Each line is one store: connections of its own, never shared with another line's."""

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_exceptions import ClientConnectorDNSError

ANSWER_BYTES_MAX = 33_554_432


class Silent(Exception):
    """No answer came; `str()` is the reason in one word."""


def _reason(error: Exception) -> str:
    """Why there was no answer, in a word that a person can act on; other words are names of exceptions."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "hostname-mismatch" if "ostname mismatch" in str(error) else "certificate-not-trusted"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "no-tls"
    if isinstance(error, ClientConnectorDNSError):
        return "unknown-host"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "refused"
    if isinstance(error, ssl.SSLError) or (isinstance(error, aiohttp.ClientOSError) and "SSL" in str(error)):
        return "not-admitted"
    return type(error).__name__


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came, `seconds` after it was asked for."""

    status: int
    body: bytes
    seconds: float


class Line:
    """One store's line. `context` shows who asks; `server_name` is who must answer."""

    def __init__(self, base_url: str, context: ssl.SSLContext, server_name: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._context = context
        self._server_name = server_name
        self._session: aiohttp.ClientSession | None = None

    async def send(self, path: str, body: bytes, *, method: str = "POST", patience_seconds: float = 20.0) -> Answer:
        """What is answered to these bytes; raises `Silent`. When patience ends, the connection is closed, as by an asker who hangs up."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=4), auto_decompress=False)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(patience_seconds):
                async with self._session.request(
                    method,
                    self._base_url + path,
                    data=body if method == "POST" else None,
                    headers={"Content-Type": "application/json"},
                    ssl=self._context,
                    server_hostname=self._server_name,
                    allow_redirects=False,
                ) as response:
                    raw = bytearray()
                    async for chunk in response.content.iter_any():
                        raw += chunk
                        if len(raw) > ANSWER_BYTES_MAX:
                            raise Silent("too-large")
                    return Answer(response.status, bytes(raw), clock() - began)
        except TimeoutError:
            raise Silent("hung-up") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Silent(_reason(error)) from None

    async def half_sent(self, path: str) -> asyncio.StreamWriter:
        """A connection on which half of a body was sent, and no more comes; whoever opened it closes it. Raises `Silent`."""
        address = urlsplit(self._base_url)
        try:
            async with asyncio.timeout(10.0):
                _, writer = await asyncio.open_connection(address.hostname, address.port or 443, ssl=self._context, server_hostname=self._server_name)
                head = f"POST {path} HTTP/1.1\r\nHost: {self._server_name}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
                writer.write(head.encode() + b'{"visit_id": "')
                await writer.drain()
                return writer
        except (TimeoutError, OSError) as error:
            raise Silent(type(error).__name__) from None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
