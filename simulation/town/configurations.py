"""Writes each party's configuration: which ports, which files, who the others are. Written anew at every opening, so that ports and options may change while keys and books stay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from certificates.wareki import wareki
from simulation import demonstration as demo
from simulation.municipalities import BCL, Place, fees_of, issuer_at, wide_since
from simulation.town.authorities import key_list_file, root_files, server_name
from simulation.town.cloud import database_url, keys_folder, policy_setting, tenants_folder
from simulation.town.description import HolderEntry, UseEntry
from simulation.town.directory_entries import PRESS_WORKERS, builds_registered, certifiers_of, directory_entry
from simulation.town.folders import MUNICIPAL, Folders
from simulation.town.preparation import Prepared, Terminal
from simulation.town.referral_keys import referral_key_file
from trust.parties import Peer

HOST = "127.0.0.1"

BRISK = {"kiosk": ("seconds", {"outbox_pause": 0.1, "settle_pause": 0.2}), "center": ("limits", {"retry_seconds": 0.2})}
"""Paces that only make a rehearsal shorter: how long a party rests before it tells something again."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one party: its protocol door (the responder's for the authority, none for the kiosk) and its office (the kiosk's panel)."""

    door: int
    office: int


@dataclass(frozen=True, slots=True)
class Opening:
    """How the town is opened this time, and on which day."""

    ports: dict[str, Ports]
    today: date
    real_hours: bool
    printer_seconds: float
    rehearse_crashes: bool
    brisk: bool = False


def write_configurations(folders: Folders, prepared: Prepared, opening: Opening) -> None:
    """All parties' configuration files."""
    made = {
        "jpki": _jpki(folders, prepared, opening),
        "fees": _fees(folders, prepared, opening),
        **{party: _municipal(folders, prepared, opening, party, place) for party, place in prepared.servers.items()},
        **({BCL: _bcl(folders, prepared, opening)} if BCL in prepared.parties else {}),
        "center": _center(folders, prepared, opening),
        "kiosk": _kiosk(folders, prepared, opening),
    }
    for party in prepared.parties:  # a town without tenants has no cloud
        content = made[party]
        if opening.rehearse_crashes:
            content["crash_points"] = str(folders.crash_points)
        if opening.brisk and party in BRISK:
            section, paces = BRISK[party]
            content[section] = content.get(section, {}) | paces
        folders.config(party).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        folders.config(party).chmod(0o600)


def peer_of_party(prepared: Prepared, party: str) -> Peer:
    """Role and name of a party in its certificate."""
    place = prepared.servers.get(party)
    return Peer(party, party) if place is None else Peer(MUNICIPAL, place.code)


def door_url(opening: Opening, party: str) -> str:
    """Where a party is asked."""
    return f"https://{HOST}:{opening.ports[party].door}"


def receivers_url(opening: Opening) -> str:
    """The page where a receiver checks a paper; it has the port that the kiosk, which nobody asks, does not need."""
    return f"http://{HOST}:{opening.ports['kiosk'].door}/verify"


def _door(folders: Folders, opening: Opening, party: str) -> dict[str, Any]:
    return {"host": HOST, "port": opening.ports[party].door, **_identity(folders, party)}


def _identity(folders: Folders, party: str) -> dict[str, str]:
    folder = folders.party(party)
    return {"certificate_file": str(folder / "party.pem"), "key_file": str(folder / "party.key"), "ca_file": str(root_files(folders, "parties")[0])}


def _office(opening: Opening, party: str) -> dict[str, Any]:
    return {"host": HOST, "port": opening.ports[party].office}


def _database(folders: Folders, party: str) -> str:
    return f"sqlite:///{folders.database(party).resolve()}"


def _staff(prepared: Prepared, party: str) -> list[dict[str, Any]]:
    return [
        {
            "name": member.name,
            "password_hash": member.password_hash,
            "roles": [member.role],
            **({"of": member.municipality} if party in ("center", "fees") and member.municipality else {}),
        }
        for member in prepared.staff
        if member.party == party
    ]


def _line(prepared: Prepared, opening: Opening, party: str) -> dict[str, str]:
    peer = peer_of_party(prepared, party)
    return {"name": peer.name, "url": door_url(opening, party), "server_name": server_name(peer)}


def _jpki(folders: Folders, prepared: Prepared, opening: Opening) -> dict[str, Any]:
    responder, key = root_files(folders, "ocsp")
    return {
        "name": demo.JPKI,
        "ocsp": {"host": HOST, "port": opening.ports["jpki"].door},
        "office": _office(opening, "jpki"),
        "database": _database(folders, "jpki"),
        "authority_certificate": str(root_files(folders, "jpki")[0]),
        "responder_certificate": str(responder),
        "responder_key": str(key),
        "staff": _staff(prepared, "jpki"),
    }


def _fees(folders: Folders, prepared: Prepared, opening: Opening) -> dict[str, Any]:
    since = demo.TARIFF_FROM.isoformat()
    return {
        "name": demo.FEES,
        "door": _door(folders, opening, "fees"),
        "office": _office(opening, "fees"),
        "database": _database(folders, "fees"),
        "center": {"id": demo.CENTER, "name": demo.CENTER_JA, "name_en": demo.CENTER_EN},
        "operators": [{"id": demo.OPERATOR, "name": demo.OPERATOR_JA, "name_en": demo.OPERATOR_EN}],
        "municipalities": [{"id": place.code, "name": place.city.name, "name_en": place.city.name_en} for place in prepared.places],
        "tariff": [rule for place in prepared.places for rule in _tariff(place)],
        "commissions": [{"rule": "commission-1", "operator": demo.OPERATOR, "commission_yen": demo.COMMISSION_YEN, "since": since}],
        "staff": _staff(prepared, "fees"),
    }


def _tariff(place: Place) -> list[dict[str, Any]]:
    base = {"municipality": place.code, "channel": demo.CHANNEL, "kind": "base", "since": demo.TARIFF_FROM.isoformat()}
    return [{**base, "rule": f"{place.code}-{fee_class}-1", "fee_class": fee_class, "yen": yen} for fee_class, yen in fees_of(place).items()]


def _municipal(folders: Folders, prepared: Prepared, opening: Opening, party: str, place: Place) -> dict[str, Any]:
    city, folder = place.city, folders.party(party)
    return {
        "name": city.code,
        "municipality": city.code,
        "prefecture": city.prefecture,
        "municipality_name": city.name,
        "municipality_name_en": city.name_en,
        "door": {"host": HOST, "port": opening.ports[party].door},
        "tls": {
            "certificate": str(folder / "party.pem"),
            "key": str(folder / "party.key"),
            "authority": str(root_files(folders, "parties")[0]),
        },
        "signing": {
            "certificate": str(folder / "documents.pem"),
            "key": str(folder / "documents.key"),
            "code_key": str(folder / "codes.key"),
        },
        "office": _office(opening, party),
        "database": _database(folders, party),
        "certifiers": certifiers_of(place),
        "seal": str(folder / "seal.png"),
        "number_prefix": issuer_at(place, place.own_kinds).number_prefix,
        "policies": {kind: [policy_setting(place, kind, real_hours=opening.real_hours)] for kind in place.own_kinds},
        "referral": _referral(folders, place, party),
        "staff": _staff(prepared, party),
        "press_workers": PRESS_WORKERS,
    }


def _referral(folders: Folders, place: Place, party: str) -> dict[str, Any] | None:
    since = wide_since(place, place.own_kinds)
    if since is None:
        return None
    return {"since": since.isoformat(), "key": str(referral_key_file(folders, party)), "authority": str(root_files(folders, "documents")[0])}


def _bcl(folders: Folders, prepared: Prepared, opening: Opening) -> dict[str, Any]:
    folder = folders.party(BCL)
    operators = [
        {"name": member.name, "password_hash": member.password_hash, "roles": [member.role]}
        for member in prepared.staff
        if member.party == BCL and not member.municipality
    ]
    return {
        "name": BCL,
        "door": {"host": HOST, "port": opening.ports[BCL].door},
        "office": _office(opening, BCL),
        "tls": {
            "certificate": str(folder / "party.pem"),
            "key": str(folder / "party.key"),
            "authority": str(root_files(folders, "parties")[0]),
        },
        "database": database_url(folders),
        "tenants": str(tenants_folder(folders)),
        "keys": str(keys_folder(folders)),
        "documents_authority": str(root_files(folders, "documents")[0]),
        "staff": operators,
    }


def _center(folders: Folders, prepared: Prepared, opening: Opening) -> dict[str, Any]:
    return {
        "name": demo.CENTER,
        "door": _door(folders, opening, "center"),
        "office": _office(opening, "center"),
        "receivers": {"host": HOST, "port": opening.ports["kiosk"].door},
        "database": _database(folders, "center"),
        "jpki": {"authority": str(root_files(folders, "jpki")[0]), "ocsp_url": f"http://{HOST}:{opening.ports['jpki'].door}/ocsp"},
        "documents": {
            "authority": str(root_files(folders, "documents")[0]),
            "key_list": str(key_list_file(folders)),
            "certificate": str(folders.party("center") / "documents.pem"),
            "key": str(folders.party("center") / "documents.key"),
            "secret": str(folders.party("center") / "backs.secret"),
            "url": receivers_url(opening),
            "name_ja": demo.CENTER_JA,
        },
        "fees": _line(prepared, opening, "fees"),
        "issuers": [_line(prepared, opening, party) for party in prepared.parties if party in prepared.servers or party == BCL],
        "municipalities": [directory_entry(folders, place, opening.today, real_hours=opening.real_hours) for place in prepared.places],
        "builds": builds_registered(prepared.servers, cloud=BCL in prepared.parties),
        "kiosks": [_registered_kiosk(prepared, terminal) for terminal in prepared.terminals],
        "staff": _staff(prepared, "center"),
    }


def _registered_kiosk(prepared: Prepared, terminal: Terminal) -> dict[str, str]:
    return {
        "id": terminal.id,
        "party": demo.KIOSK,
        "operator": demo.OPERATOR,
        "channel": demo.CHANNEL,
        "place": f"{demo.OPERATOR_JA} {prepared.city.name}店",
        "public_key": terminal.public_key,
    }


def _kiosk(folders: Folders, prepared: Prepared, opening: Opening) -> dict[str, Any]:
    names = {place.code: place.city.name for place in prepared.places}
    shown = [
        {"id": holder.id, "name": holder.name, "card_file": str(Path(holder.card).resolve()), "memo": _memo(holder, names)}
        for holder in sorted(prepared.holders, key=lambda holder: not holder.note)
    ]
    return {
        "name": demo.KIOSK,
        **_identity(folders, "kiosk"),
        "documents_authority": str(root_files(folders, "documents")[0]),
        "center_url": door_url(opening, "center"),
        "center_name": server_name(peer_of_party(prepared, "center")),
        "state": str(folders.party("kiosk")),
        "operator": demo.OPERATOR_JA,
        "terminals": [
            {
                "id": terminal.id,
                "signing_key_file": str(folders.party("kiosk") / f"{terminal.id}.key"),
                "profile": terminal.profile,
                "place_ja": f"{prepared.city.name}店",
                "place_en": prepared.city.name_en,
            }
            for terminal in prepared.terminals
        ],
        "holders": shown,
        "host": HOST,
        "port": opening.ports["kiosk"].office,
        "seconds": {"sheet": opening.printer_seconds},
    }


def _memo(holder: HolderEntry, names: Mapping[str, str]) -> str:
    """The slip around a demonstration card: nobody could try it without. Where there are several municipalities it says in which the holder lives."""
    lives = f"{names[holder.municipality]}　" if len(names) > 1 else ""
    return (
        f"{lives}暗証番号 {holder.pin}"
        + (f"（{holder.note}）" if holder.note else "")
        + (_typed(holder.use) if holder.use is not None and holder.use.may_apply else "")
    )


def _typed(use: UseEntry) -> str:
    """What nobody could know who tries 本籍地利用登録 with this card."""
    birth = date.fromisoformat(use.birth)
    return f"　申請：本籍 {use.honseki}／筆頭者 {use.hittousha}／氏名 {use.name}／{wareki(birth)}生"
