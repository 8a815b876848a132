"""The page 試算: a scenario is pasted or chosen, the council's document comes back, as a page, as a PDF, or as all its files. Nothing is stored; the same input gives the same bytes again."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from aiohttp import web

from fees.offices.plan_running import Plans
from fees.planning.errand import Asked, NotPlanned
from registers.municipalities import municipalities
from screens.office import render

EXAMPLES = Path(__file__).parents[1] / "planning" / "examples"
EXAMPLE_WORDS = {
    "contribution-reform": ("運営負担金の方式の比較", "Schemes of contribution compared"),
    "town-joining": ("まだ参加していない町", "A town that has not joined"),
    "ten-yen-campaign": ("10円キャンペーン", "A 10-yen campaign"),
}
DRAWS_MAX = 2_000
FIELD_BYTES_MAX = 500_000
DOCUMENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The document brings its own style and nothing else; no script runs in it."""

OUTPUTS = {
    "page": ("council.html", "text/html", ""),
    "pdf": ("council.pdf", "application/pdf", "council.pdf"),
    "municipalities": ("municipalities.csv", "text/csv", "municipalities.csv"),
    "all": ("", "application/zip", "plan.zip"),
}


class PlanPages:
    """The handlers."""

    def __init__(self, plans: Plans | None = None) -> None:
        self._plans = plans or Plans()

    def add_to(self, app: web.Application) -> None:
        """Put the page into the office, for the center and for each municipality's people."""
        for home in ("/center", "/municipalities/{code}"):
            app.router.add_get(f"{home}/plan", self.form)
            app.router.add_post(f"{home}/plan", self.plan)

    async def form(self, request: web.Request) -> web.Response:
        """The form, with an example in it."""
        name = request.query.get("example", "contribution-reform")
        if name not in EXAMPLE_WORDS:
            raise web.HTTPNotFound
        scenario = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
        return self._form(request, scenario, _own(request), name=name)

    async def plan(self, request: web.Request) -> web.Response:
        """The plan in the form that was asked for, or the form again with every fault."""
        posted = await request.post()
        scenario, municipality, output = (_text(posted.get(name)) for name in ("scenario", "municipality", "output"))
        if output not in OUTPUTS:
            raise web.HTTPBadRequest
        sent = posted.get("population")
        populations = sent.file.read(FIELD_BYTES_MAX + 1) if isinstance(sent, web.FileField) and sent.filename else None
        if populations is not None and len(populations) > FIELD_BYTES_MAX:
            raise web.HTTPRequestEntityTooLarge(FIELD_BYTES_MAX, len(populations))
        asked = Asked(scenario=scenario.encode(), populations=populations, municipality=municipality.strip() or None, draws_max=DRAWS_MAX)
        answer = await self._plans.answer(asked)
        if isinstance(answer, NotPlanned):
            return self._form(request, scenario, municipality, answer)
        name, kind, attachment = OUTPUTS[output]
        content = answer.files[name] if name else _zipped(answer.files)
        headers = {"Content-Disposition": f'attachment; filename="{attachment}"'} if attachment else {"Content-Security-Policy": DOCUMENT_POLICY}
        return web.Response(body=content, content_type=kind, charset="utf-8" if kind.startswith("text/") else None, headers=headers)

    def _form(self, request: web.Request, scenario: str, municipality: str, refused: NotPlanned | None = None, name: str = "") -> web.Response:
        values = {
            "scenario": scenario,
            "municipality": municipality,
            "faults": refused.faults if refused else (),
            "examples": EXAMPLE_WORDS,
            "name": name,
        }
        home = request.path.removesuffix("/plan")
        return render(request, "plan.html", status=400 if refused else 200, home=home, draws_max=DRAWS_MAX, **values)


def _own(request: web.Request) -> str:
    """The municipality whose page this is, if the country's list has it."""
    code = request.match_info.get("code", "")
    return code if code in {one.code for one in municipalities()} else ""


def _text(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if len(text) > FIELD_BYTES_MAX:
        raise web.HTTPRequestEntityTooLarge(FIELD_BYTES_MAX, len(text))
    return text.replace("\r\n", "\n")


def _zipped(files: dict[str, bytes]) -> bytes:
    """All files in one, the same bytes for the same files: no time of making in it."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return packed.getvalue()
