"""The page 試算: a scenario in, the council's document out, nothing kept."""

from collections.abc import AsyncIterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from fees.offices import plan_pages
from fees.offices.plan_pages import PlanPages
from fees.offices.plan_running import Plans
from fees.planning.errand import Answer, Asked, NotPlanned, Planned, answer_to
from screens.office import StaffAccount, hash_password, office_app
from tests.fees.office import NOW
from tests.fees.planning.scenarios import SMALL

PASSWORD = "試算の鍵"
Client = TestClient[web.Request, web.Application]


class Here(Plans):
    """Plans answered in this process: the test of the process is its own."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []

    async def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return answer_to(asked)


@pytest.fixture
def plans() -> Here:
    return Here()


@pytest.fixture
async def client(plans: Here) -> AsyncIterator[Client]:
    async def health() -> dict[str, object]:
        return {"status": "ok"}

    app = office_app(
        party_ja="手数料管理",
        party_en="Fee office",
        templates=plan_pages.EXAMPLES.parents[1] / "offices" / "templates",
        accounts=(StaffAccount("planner", hash_password(PASSWORD, salt=b"0123456789abcdef"), ("finance",)),),
        now=lambda: NOW,
        token=lambda size: b"k" * size,
        health=health,
        registry=CollectorRegistry(),
        openapi=None,
    )
    PlanPages(plans).add_to(app)
    async with TestClient(TestServer(app)) as opened:
        origin = f"http://{opened.host}:{opened.port}"
        async with opened.post(
            "/sign-in", data={"name": "planner", "password": PASSWORD, "next": "/center/plan"}, headers={"Origin": origin}
        ) as signed:
            assert signed.status == 200
        yield opened


def form(output: str, scenario: str = SMALL, municipality: str = "", population: bytes | None = None) -> FormData:
    data = FormData()
    data.add_field("scenario", scenario.replace("\n", "\r\n"))
    data.add_field("municipality", municipality)
    data.add_field("output", output)
    data.add_field("population", population or b"", filename="people.csv" if population else "", content_type="text/csv")
    return data


async def sent(client: Client, data: FormData, path: str = "/center/plan") -> tuple[int, dict[str, str], bytes]:
    async with client.post(path, data=data, headers={"Origin": f"http://{client.host}:{client.port}"}) as answer:
        return answer.status, dict(answer.headers), await answer.read()


async def test_every_example_can_be_chosen_and_stands_in_the_form(client: Client) -> None:
    for name in plan_pages.EXAMPLE_WORDS:
        async with client.get(f"/center/plan?example={name}") as answer:
            assert answer.status == 200
            text = await answer.text()
        assert "[[scheme]]" in text
    assert {file.stem for file in plan_pages.EXAMPLES.glob("*.toml")} == set(plan_pages.EXAMPLE_WORDS)
    async with client.get("/center/plan?example=../../../etc/passwd") as answer:
        assert answer.status == 404


async def test_the_document_comes_as_a_page_that_may_load_and_run_nothing(client: Client) -> None:
    status, headers, body = await sent(client, form("page"))
    assert status == 200
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "何が変わるか（全国）" in body.decode()


async def test_the_files_are_those_of_the_command(client: Client) -> None:
    told = answer_to(Asked(scenario=SMALL.encode()))
    assert isinstance(told, Planned)
    for output, name in (("pdf", "council.pdf"), ("municipalities", "municipalities.csv")):
        status, headers, body = await sent(client, form(output))
        assert (status, body) == (200, told.files[name])
        assert headers["Content-Disposition"] == f'attachment; filename="{name}"'
    _, _, packed = await sent(client, form("all"))
    with ZipFile(BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == told.files


async def test_faults_come_back_with_their_lines_beside_what_was_typed(client: Client) -> None:
    status, _, body = await sent(client, form("page", SMALL.replace('"metered", tax', '"metred<b>", tax')))
    text = body.decode()
    assert status == 400
    assert "条件の16行目：" in text and "metred&lt;b&gt;" in text
    assert "<b>" not in text
    status, _, body = await sent(client, form("page", population=b"code,population\n012025,1.5\n"))
    assert status == 400
    assert "人口のファイルの2行目：" in body.decode() and "件あります" in body.decode()


async def test_a_plan_of_too_many_draws_is_left_to_the_command(client: Client) -> None:
    status, _, body = await sent(client, form("page", SMALL.replace("draws = 100", "draws = 2001")))
    assert status == 400 and "2,000以下" in body.decode()


async def test_a_municipality_has_the_page_below_its_own_address_and_is_who_reads(client: Client, plans: Here) -> None:
    async with client.get("/municipalities/212113/plan") as answer:
        assert 'value="212113"' in await answer.text()
    await sent(client, form("page", municipality="212113"), "/municipalities/212113/plan")
    assert plans.asked[-1].municipality == "212113"
    async with client.get("/municipalities/990019/plan") as answer:
        assert 'name="municipality" inputmode="numeric" maxlength="6" size="8" value=""' in await answer.text()


async def test_what_is_too_large_or_asks_for_another_form_is_refused(client: Client) -> None:
    assert (await sent(client, form("exe")))[0] == 400
    assert (await sent(client, form("page", population=b"x" * 500_001)))[0] == 413
    assert (await sent(client, form("page", scenario="#" * 500_001)))[0] == 413


async def test_a_plan_in_a_process_of_its_own_is_the_same_plan() -> None:
    assert await Plans().answer(Asked(scenario=SMALL.encode())) == answer_to(Asked(scenario=SMALL.encode()))


async def test_a_plan_that_takes_too_long_is_ended_and_says_so() -> None:
    told = await Plans(seconds_max=0.0).answer(Asked(scenario=SMALL.encode()))
    assert isinstance(told, NotPlanned) and "打ち切りました" in told.faults[0].reason


async def test_who_finds_too_many_waiting_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fees.offices.plan_running.WAITING_MAX", 0)
    told = await Plans().answer(Asked(scenario=SMALL.encode()))
    assert isinstance(told, NotPlanned) and "少し待ってから" in told.faults[0].reason
