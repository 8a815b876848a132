"""The map of imports (`.importlinter`) covers everything there is, so that what it promises is promised for every file. That the promises hold, `make contracts` says."""

import configparser
import tomllib

from tests.structure.sources import PACKAGES, PARTIES, ROOT

IMPURE_OF_THE_WORLD = {"sqlalchemy", "aiohttp", "asyncio", "sqlite3", "os", "socket", "time", "random", "secrets", "threading", "subprocess"}


def _map() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def _words(text: str) -> list[str]:
    return [word for line in text.splitlines() for word in line.split() if word and not line.strip().startswith("#")]


def test_the_map_the_types_the_package_and_these_tests_name_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(_words(_map()["importlinter"]["root_packages"])) == set(PACKAGES)
    assert set(project["tool"]["mypy"]["packages"]) >= set(PACKAGES)
    assert {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]} == set(PACKAGES)
    here = {entry.parent.name for entry in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks", "loadtests"}
    assert here == set(PACKAGES)


def test_every_folder_with_rooms_has_its_storeys_and_no_room_is_left_off_them() -> None:
    parser = _map()
    contracts = [parser[name] for name in parser.sections() if name.startswith("importlinter:contract:")]
    exhaustive = {
        container
        for contract in contracts
        if contract["type"] == "layers" and contract.get("exhaustive") == "true"
        for container in _words(contract["containers"])
    }
    folders = {folder.parent.relative_to(ROOT) for package in PACKAGES for folder in (ROOT / package).rglob("__init__.py")}
    with_rooms = {".".join(folder.parts) for folder in folders if len(list((ROOT / folder).glob("*.py"))) > 2}
    assert with_rooms <= exhaustive


def test_the_parties_stand_side_by_side_on_one_storey() -> None:
    storeys = _map()["importlinter:contract:storeys"]["layers"].splitlines()
    assert any({word.strip() for word in storey.split("|")} == set(PARTIES) for storey in storeys)


def test_every_list_of_pure_rooms_forbids_the_whole_world() -> None:
    parser = _map()
    for name in ("pure", "papers", "deciding"):
        assert set(_words(parser[f"importlinter:contract:{name}"]["forbidden_modules"])) >= IMPURE_OF_THE_WORLD, name
