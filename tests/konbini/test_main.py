import subprocess
import sys

from konbini.__main__ import app
from konbini.serve import PARTIES
from tests.konbini.told import konbini
from tests.structure.sources import PARTIES as FOLDERS
from tests.structure.sources import ROOT


def test_every_command_says_in_japanese_what_it_does() -> None:
    groups = [app, *(group.typer_instance for group in app.registered_groups if group.typer_instance is not None)]
    told = [command.callback for group in groups for command in group.registered_commands]
    named = {callback.__name__: callback for callback in told if callback is not None}
    assert set(named) == {
        *("town", "serve", "issue", "books", "plan", "simulate", "verify", "dossier"),
        *("municipal_handover", "municipal_import", "municipal_takeover"),
        *("make_profile", "change"),
        *("bcl_onboard", "bcl_status", "bcl_upload", "bcl_fast", "bcl_handover", "bcl_takeover", "bcl_statement"),
        *("bcl_trial", "bcl_look", "bcl_open", "bcl_close", "bcl_probe", "bcl_restart"),
    }
    for name, callback in named.items():
        assert (callback.__doc__ or "").endswith("。"), name
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
