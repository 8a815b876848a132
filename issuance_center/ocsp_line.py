"""Carries an OCSP request to the authority over HTTP (RFC 6960, POST) and brings the answer's bytes back, unread."""

import asyncio

import aiohttp

from messages.link import NoAnswer

ANSWER_BYTES_MAX = 65_536


class HttpOcspLine:
    """A line to the responder at `url`; the answer is signed, so the transport needs no protection of its own."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, der: bytes) -> bytes:
        """The answer's DER; raises `NoAnswer`."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=32, keepalive_timeout=60.0))
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._post(self._session, der)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except aiohttp.ClientError as error:
            raise NoAnswer(type(error).__name__) from None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, session: aiohttp.ClientSession, der: bytes) -> bytes:
        async with session.post(self._url, data=der, headers={"Content-Type": "application/ocsp-request"}, allow_redirects=False) as response:
            if response.status != 200:
                raise NoAnswer(f"status-{response.status}")
            raw = bytearray()
            async for chunk in response.content.iter_any():
                raw += chunk
                if len(raw) > ANSWER_BYTES_MAX:
                    raise NoAnswer("too-large")
            return bytes(raw)
