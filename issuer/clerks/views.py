"""What the clerk's pages have in common: the words and forms every page is given, what the reader may know, which day it is."""

from datetime import date

from aiohttp import web

from certificates.kinds import KINDS
from certificates.wareki import fiscal_year
from issuer import doings
from issuer.clerks import forms
from issuer.clerks.office import ClerksOffice
from issuer.issue_history import KOSEKI_KINDS, Line
from issuer.issue_states import WORDS as STATES
from screens.guard import now_of
from screens.language import language_of, text
from screens.office import render, staff_of
from storage.instants import JST


def show(request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
    """The page `template` with these values and what every page of this office is given."""
    return render(request, template, status=status, **shared_values(request), **values)


def may_see_protection(request: web.Request, office: ClerksOffice) -> bool:
    """Whether the reader holds a role that this municipality lets see 支援措置."""
    return any(role in office.protection_roles for role in staff_of(request).roles)


def today_of(request: web.Request) -> date:
    """The day of this request in Japan."""
    return now_of(request).astimezone(JST).date()


def shared_values(request: web.Request) -> dict[str, object]:
    """What every page of this office is given: words, and how an instant reads."""
    language = language_of(request)

    def kind_name(code: str) -> str:
        kind = KINDS.get(code)
        return code if kind is None else text(language, kind.title, kind.title_en)

    def paper_name(line: Line) -> str:
        """The kind; its form where the kind has several; the 年度 of a yearly paper."""
        kind = KINDS.get(line.kind)
        if kind is None:
            return line.kind
        form = next((form for form in kind.forms if form.code == line.form and len(kind.forms) > 1), None)
        parts = [kind_name(line.kind), "" if form is None else text(language, form.ja, form.en), "" if line.year is None else year_name(line.year)]
        return "　".join(part for part in parts if part)

    def year_name(year: int) -> str:
        return text(language, fiscal_year(year), f"fiscal year {year}")

    def option_name(kind: str, code: str) -> str:
        options = KINDS[kind].options if kind in KINDS else ()
        return next((text(language, option.ja, option.en) for option in options if option.code == code), code)

    return {
        "states": STATES,
        "doing_words": doings.WORDS,
        "moment": lambda at: f"{at.astimezone(JST):%Y-%m-%d %H:%M:%S}",
        "kind_name": kind_name,
        "paper_name": paper_name,
        "year_name": year_name,
        "koseki_kinds": KOSEKI_KINDS,
        "option_name": option_name,
    }


def notices(request: web.Request, problem: str | None) -> dict[str, object]:
    """What a page says above its content: the problem of what was posted, or what was done."""
    return {
        "problem": None if problem is None else forms.SENTENCES[problem],
        "done": forms.DONE.get(request.query.get("done", "")) if problem is None else None,
    }
