"""`konbini conformance profile --town`: a working profile for an issuer of an open demonstration town, whether an own server or a tenant of the shared cloud, with the hooks by which its registers
change during the run. Everybody in it is made up.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Connection

from certificates.kinds import KINDS
from konbini import conformance_people as people
from konbini.conformance_changes import Step, Steps, carry_out, cloud_of, own_registers
from konbini.conformance_people import Candidate, Chosen
from registers.koseki import tables as kosekis
from registers.residents import tables as residents
from registers.seal.tables import seal_of
from registers.tax.tables import record_of
from simulation import demonstration as demo
from simulation.municipalities import BCL, PLACES, TAX_KIND, Place, policy_at, year_approved_at
from simulation.town.authorities import key_list_file, load_root, root_files, server_name
from simulation.town.description import HolderEntry, Town
from simulation.town.folders import Folders
from simulation.town.referral_keys import statement_file
from simulation.truth.household import texts_of
from trust.authority import save_certificate, save_key
from trust.document_signers import document_signer_certificate
from trust.parties import Peer

PLAYED = "990994"
"""The municipality that the kit plays towards the town: one that there is not."""
MOVED_NAME, MOVED_KANA, MOVED_ADDRESS = "見本　転子", "ミホン　テンコ", "字試験場九十九番地九"


class NotThere(Exception):
    """The town has no such issuer, or nobody to try it with; `str()` says which, in Japanese."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the profile, the issuer's URL, what is left untried, and whom the town had to protect or stop for it (ids of holders)."""

    profile: Path
    url: str
    lacking: tuple[str, ...]
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Issuer:
    town: Town
    folders: Folders
    place: Place
    party: str
    kinds: tuple[str, ...]
    year: int | None


def make_profile(town: Town, state: Path, code: str, out: Path, now: datetime) -> Made:
    """Write the profile for the issuer of 住民票 of this municipality to `out`, and its other files into the folder `out` without its ending. Raises `NotThere`, OSError."""
    issuer = _issuer(town, state.resolve(), code, now.date())
    beside = out.resolve().with_suffix("")
    beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    candidates, former = asyncio.run(_read(issuer))
    used = people.chosen(candidates, issuer.kinds, now)
    if not used.holders:
        raise NotThere("試験に使える住民が台帳にいません。")
    used, stopped = _with_stopped(issuer, candidates, used, beside, now)
    profile = _profile(issuer, used, former, beside, now)
    out.resolve().write_bytes(msgspec.json.format(msgspec.json.encode(profile), indent=1) + b"\n")
    url = town.parties[issuer.party].url
    return Made(out, url, tuple(_lacking(used, profile)), stopped)


def _issuer(town: Town, state: Path, code: str, today: date) -> _Issuer:
    entry = next((one for one in town.municipalities if one.code == code), None)
    if entry is None:
        raise NotThere(f"{code} という市区町村は町にありません（{'、'.join(one.code for one in town.municipalities)}）。")
    place = next(one for one in PLACES if one.code == code)
    first = next(iter(KINDS))
    if first not in entry.issuers:
        raise NotThere(f"{entry.name}は{KINDS[first].title}を発行していません。")
    party = entry.issuers[first]
    kinds = tuple(kind for kind, by in entry.issuers.items() if by == party)
    return _Issuer(town, Folders(state), place, party, kinds, year_approved_at(place, today) if TAX_KIND in kinds else None)


async def _read(issuer: _Issuer) -> tuple[list[Candidate], list[dict[str, Any]]]:
    if issuer.party == BCL:
        async with cloud_of(issuer.folders) as cloud:
            return await cloud.tenancy.store(issuer.place.code).read(_candidates, issuer)
    async with own_registers(issuer.folders, issuer.party) as store:
        return await store.read(_candidates, issuer)


def _candidates(connection: Connection, issuer: _Issuer) -> tuple[list[Candidate], list[dict[str, Any]]]:
    """Everybody with a card of this municipality, as the registers are now; and former residents whose tax paper is here."""
    cards = [one for one in issuer.town.holders if one.municipality == issuer.place.code]
    found = [_candidate(connection, one, issuer) for one in cards]
    former = [] if issuer.year is None else _former(connection, issuer.year)
    return [one for one in found if one is not None], former


def _candidate(connection: Connection, card: HolderEntry, issuer: _Issuer) -> Candidate | None:
    person = residents.resident(connection, card.atena_no)
    home = None if person is None else residents.household_of(connection, person.household_no)
    if person is None or home is None or person.serial is None:
        return None
    family = kosekis.koseki_of_person_linked_to(connection, card.atena_no) if "koseki" in issuer.kinds else None
    tax = None if issuer.year is None else record_of(connection, card.atena_no, issuer.year)
    return Candidate(f"h{card.id}", person, home, card.kinds, seal_of(connection, card.atena_no), family, tax)


def _former(connection: Connection, year: int) -> list[dict[str, Any]]:
    """Two who have moved away with a record of this year and nothing against them, as the profile says them."""
    gone = [
        one
        for one in residents.residents_in_order(connection)
        if one.standing == "left" and one.protection is None and not one.suppressions and not one.character_pending and len(one.birth) == 10
    ]
    found = [(one, record) for one in gone if (record := record_of(connection, one.atena_no, year)) is not None and record.declared]
    return [
        {
            "id": f"former{at}",
            "juminhyo_code": one.juminhyo_code,
            "birth": one.birth,
            "year": year,
            "may": {"kind": TAX_KIND, "members": [{"name": one.name, "birth": texts_of(one)["birth"], "holder": True}], "texts": [record.address]},
        }
        for at, (one, record) in enumerate(found[:2], 1)
    ]


def _with_stopped(issuer: _Issuer, candidates: Sequence[Candidate], used: Chosen, beside: Path, now: datetime) -> tuple[Chosen, tuple[str, ...]]:
    """Somebody protected and somebody stopped for another reason there must be (R2, R3): where the town has none, two residents are."""
    changed: list[str] = []
    for what in ("protected", "stopped"):
        spare = people.to_be_stopped(candidates, used, issuer.kinds[0], now)
        if getattr(used, what) is None and spare is not None:
            step = Step(what="protect" if what == "protected" else "stop", atena_no=spare.resident.atena_no)
            carry_out(Steps(state=issuer.folders.state, municipality=issuer.place.code, party=issuer.party, steps={what: step}), what, now)
            used = Chosen(**{name: getattr(used, name) for name in Chosen.__slots__} | {what: spare})
            changed.append(spare.id)
    return used, tuple(changed)


def _profile(issuer: _Issuer, used: Chosen, former: list[dict[str, Any]], beside: Path, now: datetime) -> dict[str, Any]:
    folders, first = issuer.folders, issuer.kinds[0]
    center, kiosk = folders.party("center"), folders.party("kiosk")
    peer = Peer(BCL, BCL) if issuer.party == BCL else Peer("municipal", issuer.place.code)
    everybody = [*used.holders, *(one for one in dict.fromkeys((used.mover, used.ender)) if one is not None)]
    steps, changes = _changes(issuer, used, beside)
    (beside / "steps.json").write_bytes(msgspec.json.encode(steps, enc_hook=str))
    stopped = [people.refused(one, first, protected=one is used.protected) for one in (used.protected, used.stopped) if one is not None]
    nobody = {
        "id": "nobody",
        "serial": "ff00",
        "refused": [{"kind": one, "code": "not_registered"} for one in ("juminhyo", "inkan") if one in issuer.kinds],
    }
    profile: dict[str, Any] = {
        "municipality": issuer.place.code,
        "tls": {
            "certificate": str(center / "party.pem"),
            "key": str(center / "party.key"),
            "authority": str(root_files(folders, "parties")[0]),
            "server_name": server_name(peer),
            "other_role": {"certificate": str(kiosk / "party.pem"), "key": str(kiosk / "party.key")},
        },
        "documents": {"authority": str(root_files(folders, "documents")[0]), "key_list": str(key_list_file(folders))},
        "kinds": [_served(issuer, one) for one in issuer.kinds],
        "certifier": [issuer.place.title, demo.CERTIFIER],
        "people": [*(people.told(one, everybody, issuer.kinds, now, marked=one is not used.mover) for one in everybody), *stopped, nobody],
        "changes": changes,
        "optional": ["conditions", "inventories", *(["uses"] if "koseki" in issuer.kinds else [])],
    }
    if issuer.year is None or not issuer.place.wide_tax:
        return profile
    return profile | {"optional": [*profile["optional"], "referrals"], "referrals": _referrals(issuer, used, former, beside, now)}


def _served(issuer: _Issuer, code: str) -> dict[str, Any]:
    policy = policy_at(issuer.place, KINDS[code])
    served = {"kind": code, "forms": policy.forms, "options": policy.options, "copies_max": policy.copies_max}
    return served | ({"years": [issuer.year]} if KINDS[code].yearly else {})


def _changes(issuer: _Issuer, used: Chosen, beside: Path) -> tuple[Steps, list[dict[str, Any]]]:
    steps: dict[str, Step] = {}
    changes: list[dict[str, Any]] = []
    if used.mover is not None:
        person, home = used.mover.resident, used.mover.home
        moved = f"{issuer.place.city.full_name}{MOVED_ADDRESS}"
        days = {"since": date.fromisoformat(person.address_since), "notified_on": date.fromisoformat(str(person.notified_on))}
        new = Step(what="move", atena_no=person.atena_no, name=MOVED_NAME, name_kana=MOVED_KANA, address=moved, **days)
        steps["move"] = new
        steps["move-back"] = msgspec.structs.replace(new, name=person.name, name_kana=person.name_kana, address=home.address)
        texts = {"before": [person.name, home.address], "after": [MOVED_NAME, moved]}
        changes.append({"id": "move", "person": used.mover.id, "kind": issuer.kinds[0]} | _hooks(beside, "move", "move-back") | texts)
    if used.ender is not None:
        who = used.ender.resident.atena_no
        sealed = "inkan" in issuer.kinds and used.ender.seal is not None and "inkan" in used.ender.kinds
        ids = ("end-seal", "renew-seal") if sealed else ("leave", "stay")
        steps |= {one: Step(what=one.replace("-", "_"), atena_no=who) for one in ids}  # type: ignore[arg-type]
        kind, code = ("inkan", "no_seal") if sealed else (issuer.kinds[0], "moved_out")
        changes.append({"id": ids[0], "person": used.ender.id, "kind": kind, "refused": code} | _hooks(beside, *ids))
    return Steps(state=issuer.folders.state, municipality=issuer.place.code, party=issuer.party, steps=steps), changes


def _hooks(beside: Path, do: str, undo: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "konbini", "conformance", "change", "--file", str(beside / "steps.json")]
    return {"do": {"command": [*words, "--step", do]}, "undo": {"command": [*words, "--step", undo]}}


def _referrals(issuer: _Issuer, used: Chosen, former: list[dict[str, Any]], beside: Path, now: datetime) -> dict[str, Any]:
    """For whom the issuer vouches and whom it recognises; and the municipality that the kit plays, with a document key of its own below the town's authority."""
    assert issuer.year is not None
    key = rsa.generate_private_key(65537, 2048)
    since = now - timedelta(hours=1)
    urn = f"urn:konbini:signer:municipality:{PLAYED}"
    authority = load_root(issuer.folders, "documents")
    certificate = document_signer_certificate(
        authority, key.public_key(), urn, "見本県試験町（見本）", "見本県試験町長（見本）", since, since + timedelta(days=365), token_bytes
    )
    save_certificate(certificate, beside / "played.pem")
    save_key(key, beside / "played.key")
    long_here = [one for one in used.holders if max(one.resident.address_since, one.resident.resident_since) < f"{issuer.year}-01-01"]
    vouched: list[dict[str, Any]] = [
        {"person": one.id, "year": issuer.year, "juminhyo_code": one.resident.juminhyo_code, "birth": one.resident.birth}
        for one in long_here
        if one.resident.juminhyo_code_since is None and len(one.resident.birth) == 10
    ][:2]
    refused = [{"person": one["person"], "year": int(one["birth"][:4]) - 1, "refused": "unborn_on_january_1"} for one in vouched[:1]]
    hidden = [] if used.protected is None else [{"person": used.protected.id, "year": issuer.year, "refused": "not_issuable"}]
    files = {
        "certificate": str(beside / "played.pem"),
        "key": str(beside / "played.key"),
        "statement": str(statement_file(issuer.folders, issuer.place.code)),
    }
    return {"as_municipality": PLAYED, **files, "kind": TAX_KIND, "residents": [*vouched, *hidden, *refused], "former": former}


def _lacking(used: Chosen, profile: dict[str, Any]) -> list[str]:
    """What the run will not be able to try for want of people, in Japanese."""
    large = sum(any(len(may["members"]) >= people.FAMILY_OF for may in person.get("may", ())) for person in profile["people"])
    said = {
        "3人以上の世帯が2つ（M3）": large < 2,
        "支援措置の人と、ほかの理由で止まっている人（R2、R3）": used.protected is None or used.stopped is None,
        "氏名と住所を変えてみる人（D1、D3）": used.mover is None,
        "交付できなくなる人（D2）": used.ender is None,
    }
    return [what for what, so in said.items() if so]
