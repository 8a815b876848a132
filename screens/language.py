"""Which language a page is shown in: Japanese unless the reader asked for English with `?lang=en`; the choice is kept in a cookie.

Decides nothing else. Texts stand beside each other where they are used: `text("ja", "日本語", "English")`.
"""

from typing import Literal

from aiohttp import web
from multidict import MultiMapping

Language = Literal["ja", "en"]

COOKIE = "lang"
KEPT_SECONDS = 365 * 24 * 3600


def text(language: Language, ja: str, en: str) -> str:
    """The twin of a sentence in this language."""
    return en if language == "en" else ja


def chosen(value: str | None) -> Language | None:
    """`ja` or `en` as somebody wrote it, or nothing."""
    match value:
        case "ja":
            return "ja"
        case "en":
            return "en"
        case _:
            return None


def language_of(request: web.BaseRequest) -> Language:
    """The language of this page: the address first, then the cookie, then Japanese."""
    query: MultiMapping[str] = request.query
    return chosen(query.get("lang")) or chosen(request.cookies.get(COOKIE)) or "ja"


def switch_address(request: web.BaseRequest) -> str:
    """This page's own address in the other language, its other parameters kept (path and query only)."""
    other = "ja" if language_of(request) == "en" else "en"
    return str(request.rel_url.update_query(lang=other))


def remember(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Keep the choice when the address made one."""
    language = chosen(request.query.get("lang"))
    if language is not None:
        response.set_cookie(COOKIE, language, max_age=KEPT_SECONDS, path="/", samesite="Lax", httponly=True, secure=request.secure)
