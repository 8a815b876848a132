"""`konbini conformance profile` and `change`: what a vendor, or whoever tries the kit on a demonstration town, needs before the run."""

from datetime import datetime
from pathlib import Path

import msgspec

from conformance.profile_reading import load_profile
from conformance.template import TEMPLATE
from konbini.answers import fail, print_json
from konbini.conformance_changes import NotChanged, carry_out, read_steps
from konbini.conformance_town import NotThere, make_profile
from messages.configuration import ConfigInvalid
from simulation.town.description import NoTown, read_town
from storage.instants import JST
from storage.store import StoreFailed


def write_town_profile(state: Path, code: str, out: Path, *, as_json: bool) -> None:
    """Write it and say how to go on; exit status 2 where there is no such town or issuer."""
    folder = state.parent if state.name == "town.json" else state
    try:
        town = read_town(folder / "town.json")
        made = make_profile(town, folder, code or town.municipality, out, datetime.now(JST))
        load_profile(out)
    except NoTown:
        fail(
            "no_town",
            f"{folder} に開いている町がありません。別の端末で konbini town --state {folder} を動かしてください。",
            as_json=as_json,
            status=2,
        )
    except NotThere as error:
        fail("not_there", str(error), as_json=as_json, status=2)
    except (OSError, StoreFailed, NotChanged) as error:
        fail("not_written", f"プロファイルを作れません（{error}）。", as_json=as_json, status=2)
    run = f"konbini conformance --issuer {made.url} --profile {out} --strict --report {out.with_suffix('')}/report"
    if as_json:
        print_json({"profile": str(out), "issuer": made.url, "run": run, "not_tried": list(made.lacking), "stopped": list(made.stopped)})
        return
    print(f"{out} に書きました。町を開いたまま、次のように試験します。\n\n  {run}\n")
    if made.stopped:
        print(f"この町には支援措置や交付停止の人が足りないので、見本の住民 {'、'.join(made.stopped)} に設定しました（町の台帳に残ります）。")
    for what in made.lacking:
        print(f"見本の住民が足りず、試せないもの：{what}")


def write_template(out: Path, *, as_json: bool) -> None:
    """Write the skeleton; a file that is there already is left alone (exit status 2)."""
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError:
        fail("exists", f"{out} はすでにあります。", as_json=as_json, status=2)
    except OSError as error:
        fail("not_written", f"{out} に書けません（{error.strerror}）。", as_json=as_json, status=2)
    if as_json:
        print_json({"template": str(out)})
    else:
        print(f"{out} に書きました。書き込んだら konbini conformance profile --check {out} で確かめてください。")


def check_profile(file: Path, *, as_json: bool) -> None:
    """Every mistake with its line; exit status 0 for none, 2 otherwise."""
    try:
        profile = load_profile(file)
    except ConfigInvalid as error:
        fail("profile", f"プロファイルに誤りがあります: {error}", as_json=as_json, status=2)
    missing = [str(path) for path in profile.files() if not path.is_file()]
    if missing:
        fail("unreadable", "ファイルがありません: " + "、".join(missing), as_json=as_json, status=2)
    if as_json:
        print_json({"good": True, "people": len(profile.people), "kinds": [one.kind for one in profile.kinds], "changes": len(profile.changes)})
    else:
        print(f"誤りはありません（{len(profile.people)} 人、{len(profile.kinds)} 種類、変更 {len(profile.changes)} 件）。")


def change_town(file: Path, step: str) -> None:
    """Return when the change is in force; exit status 1 when it is not."""
    try:
        carry_out(read_steps(file), step, datetime.now(JST))
    except (OSError, StoreFailed, NotChanged, KeyError, msgspec.DecodeError) as error:
        fail("not_changed", f"{step}: {type(error).__name__} {error}", as_json=False)
