import subprocess
import sys

from konbini.__main__ import app, municipal
from konbini.serve import PARTIES
from tests.konbini.told import konbini
from tests.structure.sources import PARTIES as FOLDERS
from tests.structure.sources import ROOT


def test_every_command_says_in_japanese_what_it_does() -> None:
    commands = {
        command.callback.__name__ if command.callback else "": command for command in (*app.registered_commands, *municipal.registered_commands)
    }
    assert set(commands) == {
        "town",
        "serve",
        "issue",
        "books",
        "plan",
        "simulate",
        "verify",
        "municipal_handover",
        "municipal_import",
        "municipal_takeover",
        "conformance",
        "dossier",
    }
    for name, command in commands.items():
        assert command.callback is not None and (command.callback.__doc__ or "").endswith("。"), name
    assert "見本" in konbini("--help").out


def test_the_program_answers_help_without_loading_any_party() -> None:
    asked = "import sys; from konbini.__main__ import app; print([m for m in ('sqlalchemy', 'aiohttp', 'reportlab', 'cryptography', 'kiosk') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_every_party_can_be_served_and_nobody_else() -> None:
    assert set(PARTIES.values()) == set(FOLDERS)
    told = konbini("serve", "bank", "--config", "x.json")
    assert told.status == 2 and "bank" in told.errors and told.out == ""


def test_a_command_with_a_wrong_option_ends_with_2_and_changes_nothing() -> None:
    for words in (("simulate", "--seed", "x", "--visits", "1"), ("simulate", "--seed", "1", "--visits", "0"), ("town",), ("issue",), ("nothing",)):
        assert konbini(*words).status == 2
