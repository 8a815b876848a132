"""How an office page is drawn: the party's templates over the shared base page, in the reader's language.

Decides nothing about who may see a page (`guard`, `sign_in`). Every value is escaped; a template gets `t(ja, en)`, `language`, `staff`, `nav_link`, and the values it is given.
"""

from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from screens.language import language_of, remember, switch_address, text
from screens.sign_in import StaffSession

HERE = Path(__file__).parent
SHARED_TEMPLATES = HERE / "templates"
STATIC = HERE / "static"

ENVIRONMENT = web.AppKey("office_templates", Environment)
PARTY = web.AppKey("office_party", tuple[str, str])

STAFF = web.RequestKey("office_staff", StaffSession)


def templates(party_templates: Path) -> Environment:
    """The party's own templates first; `base.html`, `sign_in.html` and `refused.html` are found behind them. A misspelt value is an error, not a blank."""
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(party_templates), FileSystemLoader(SHARED_TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: web.Request, template_name: str, *, status: int = 200, **values: object) -> web.Response:
    """The page `template_name` with these values, in the reader's language."""
    language = language_of(request)
    party_ja, party_en = request.app[PARTY]

    def t(ja: str, en: str) -> str:
        return text(language, ja, en)

    shown = (
        request.app[ENVIRONMENT]
        .get_template(template_name)
        .render(
            **values,
            t=t,
            language=language,
            switch_address=switch_address(request),
            party=t(party_ja, party_en),
            staff=request.get(STAFF),
            path=request.path,
            nav_link=_nav_link(request.path, t),
        )
    )
    response = web.Response(text=shown, content_type="text/html", charset="utf-8", status=status)
    remember(request, response)
    return response


def _nav_link(path: str, t: Callable[[str, str], str]) -> Callable[[str, str, str], Markup]:
    def nav_link(address: str, ja: str, en: str) -> Markup:
        """A link of the navigation, marked when it leads to this page (or, but for the front page, to one below it)."""
        here = path == address or (address != "/" and path.startswith(address.rstrip("/") + "/"))
        return Markup('<a href="{}"{}>{}</a>').format(address, Markup(' aria-current="page"') if here else "", t(ja, en))

    return nav_link
