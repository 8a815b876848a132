"""What the center's directory begins with of each municipality: names, who issues what and when, certifiers, seal, 年度, the key statement, wards; and the builds that issuers may declare."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from certificates.seal import seal_image
from issuer.build import program, topology
from simulation import demonstration as demo
from simulation.municipalities import BCL, FAMILY, Place
from simulation.town.folders import Folders
from simulation.town.referral_keys import statement_file

HOURS_ROUND_THE_CLOCK = {"opens": "00:00", "closes": "24:00", "weekdays_only": False, "closed_days": []}
"""The demonstration is open at any hour, so that whoever tries it at night is served; `--hours real` keeps the real ones."""

PRESS_WORKERS = 0
"""Of every issuer: papers are drawn in the serving process."""


def directory_entry(folders: Folders, place: Place, today: date, *, real_hours: bool) -> dict[str, Any]:
    """One municipality of the center's directory."""
    return {
        "code": place.code,
        "prefecture": place.city.prefecture,
        "name": place.city.county + place.city.name,
        "name_en": place.city.name_en,
        "kinds": {kind: {"issuer": place.issuer_of(kind), "hours": _hours(place, kind, real_hours=real_hours)} for kind in place.kinds},
        "certifiers": certifiers_of(place),
        "seal_sha256": seal_image(place.seal_png).sha256,
        "wide": {"joined": place.wide_tax, "write_to": place.write_to},
        "years": {"years": demo.TAX_YEARS, "openings": _openings(place, today, real_hours=real_hours)},
        "key_statement": statement_file(folders, place.code).read_text(encoding="ascii") if place.wide_tax else None,
        "use": "koseki" in place.kinds,
        "aliases": [
            *({"code": ward.code, "name": ward.name, "name_en": ward.name_en, "what": "ward"} for ward in place.city.wards),
            *(
                {"code": old.code, "name": old.county + old.name, "name_en": old.name_en, "what": "former", "since": old.merged_on.isoformat()}
                for old in place.city.former
            ),
        ],
    }


def _openings(place: Place, today: date, *, real_hours: bool) -> list[dict[str, Any]]:
    """Of every 年度 that can be asked for, and the next one."""
    years = range(today.year - demo.TAX_YEARS, today.year + 2)
    switch_days = demo.TAX_SWITCH_DAYS if real_hours else 0
    return [{"year": year, "opens": place.year_opens_on(year).isoformat(), "switch_days": switch_days} for year in years]


def builds_registered(servers: Mapping[str, Place], *, cloud: bool) -> dict[str, list[dict[str, str]]]:
    """What each issuer of this town declares itself to be: all run the program that stands here."""
    declared = {"program": program(), "topology": topology(processes=1, press_workers=PRESS_WORKERS, database="sqlite")}
    lines = [place.code for place in servers.values()] + ([BCL] if cloud else [])
    return {line: [declared] for line in lines}


def _hours(place: Place, kind: str, *, real_hours: bool) -> dict[str, Any]:
    if not real_hours:
        return HOURS_ROUND_THE_CLOCK
    if kind not in FAMILY or place.family_hours is None:
        return {}
    return {"opens": place.family_hours[0], "closes": place.family_hours[1], "weekdays_only": True}


def certifiers_of(place: Place) -> list[dict[str, str]]:
    """Who certifies, from when on."""
    return [{"since": demo.OFFERED_FROM.isoformat(), "title": place.title, "name": demo.CERTIFIER}]
