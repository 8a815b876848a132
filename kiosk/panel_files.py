"""The pages as files: sent as they are, with headers that let them run nothing but themselves."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

import screens

PAGES = Path(__file__).parent / "pages"

ELSEWHERE = {"fonts/BIZUDPGothic-Regular.woff2": Path(screens.__file__).parent / "static" / "fonts" / "BIZUDPGothic-Regular.woff2"}
"""Files that the office pages hold already."""

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
))  # fmt: skip

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def add_panel(app: web.Application) -> None:
    """Serve the pages and their files from `app`."""
    app.router.add_get("/", _page("terminals.html"))
    app.router.add_get("/terminals/{id}", _page("terminal.html"))
    app.router.add_get("/pages/{name:[a-z_]+(/[A-Za-z0-9_.-]+)?(\\.[a-z0-9]+)?}", _file)


def _page(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return _answer(PAGES / name)

    return handle


async def _file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    path = ELSEWHERE.get(name, PAGES / name)
    if ".." in path.parts or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    return _answer(path)


def _answer(path: Path) -> web.StreamResponse:
    # Fonts never change under their name; pages and scripts do, with each release.
    kept = "public, max-age=86400" if path.suffix == ".woff2" else "no-cache"
    return web.FileResponse(path, headers={**HEADERS, "Content-Type": TYPES[path.suffix], "Cache-Control": kept})
