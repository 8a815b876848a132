"""What the clerk's pages have in common: the words and forms every page is given, what the reader may know, which day it is."""

from datetime import date

from aiohttp import web

from certificates.kinds import KINDS
from municipal_server import doings
from municipal_server.config import Config
from municipal_server.issue_states import WORDS as STATES
from screens.guard import now_of
from screens.language import language_of, text
from screens.office import render, staff_of
from storage.instants import JST


def show(request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
    """The page `template` with these values and what every page of this office is given."""
    return render(request, template, status=status, **shared_values(request), **values)


def may_see_protection(request: web.Request, config: Config) -> bool:
    """Whether the reader holds a role that this municipality lets see 支援措置."""
    return any(role in config.protection_roles for role in staff_of(request).roles)


def today_of(request: web.Request) -> date:
    """The day of this request in Japan."""
    return now_of(request).astimezone(JST).date()


def shared_values(request: web.Request) -> dict[str, object]:
    """What every page of this office is given: words, and how an instant reads."""
    language = language_of(request)

    def kind_name(code: str) -> str:
        kind = KINDS.get(code)
        return code if kind is None else text(language, kind.title, kind.title_en)

    def option_name(kind: str, code: str) -> str:
        options = KINDS[kind].options if kind in KINDS else ()
        return next((text(language, option.ja, option.en) for option in options if option.code == code), code)

    return {
        "states": STATES,
        "doing_words": doings.WORDS,
        "moment": lambda at: f"{at.astimezone(JST):%Y-%m-%d %H:%M:%S}",
        "kind_name": kind_name,
        "option_name": option_name,
    }
