"""Writes each party's configuration: which ports, which files, who the others are. Written anew at every opening, so that ports and options may change while keys and books stay."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certificates.kinds import FEE_CLASSES, KINDS
from certificates.seal import seal_image
from simulation import demonstration as demo
from simulation.town.authorities import key_list_file, root_files, server_name
from simulation.town.description import HolderEntry
from simulation.town.folders import PARTIES, Folders
from simulation.town.preparation import Prepared, Terminal
from trust.parties import Peer

HOST = "127.0.0.1"
HOURS_ROUND_THE_CLOCK = {"opens": "00:00", "closes": "24:00", "weekdays_only": False, "closed_days": []}
"""The demonstration is open at any hour, so that whoever tries it at night is served; `--hours real` keeps the real ones."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one party: its protocol door (the responder's for the authority, none for the kiosk) and its office (the kiosk's panel)."""

    door: int
    office: int


@dataclass(frozen=True, slots=True)
class Opening:
    """How the town is opened this time."""

    ports: dict[str, Ports]
    real_hours: bool
    printer_seconds: float
    rehearse_crashes: bool


def write_configurations(folders: Folders, prepared: Prepared, opening: Opening) -> None:
    """All parties' configuration files."""
    made = {
        "jpki": _jpki(folders, prepared, opening),
        "fees": _fees(folders, prepared, opening),
        "municipal": _municipal(folders, prepared, opening),
        "center": _center(folders, prepared, opening),
        "kiosk": _kiosk(folders, prepared, opening),
    }
    for party in PARTIES:
        content = made[party]
        if opening.rehearse_crashes:
            content["crash_points"] = str(folders.crash_points)
        folders.config(party).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        folders.config(party).chmod(0o600)


def peer_of_party(prepared: Prepared, party: str) -> Peer:
    """Role and name of a party in its certificate."""
    return Peer(party, prepared.city.code if party == "municipal" else party)


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
        {"name": member.name, "password_hash": member.password_hash, "roles": [member.role]} for member in prepared.staff if member.party == party
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
    city = prepared.city
    since = demo.TARIFF_FROM.isoformat()
    base = {"municipality": city.code, "channel": demo.CHANNEL, "kind": "base", "since": since}
    return {
        "name": demo.FEES,
        "door": _door(folders, opening, "fees"),
        "office": _office(opening, "fees"),
        "database": _database(folders, "fees"),
        "center": {"id": demo.CENTER, "name": demo.CENTER_JA, "name_en": demo.CENTER_EN},
        "operators": [{"id": demo.OPERATOR, "name": demo.OPERATOR_JA, "name_en": demo.OPERATOR_EN}],
        "municipalities": [{"id": city.code, "name": city.name, "name_en": city.name_en}],
        "tariff": [
            {**base, "rule": f"{city.code}-{fee_class}-1", "fee_class": fee_class, "yen": demo.FEES_YEN[fee_class]} for fee_class in FEE_CLASSES
        ],
        "commissions": [{"rule": "commission-1", "operator": demo.OPERATOR, "commission_yen": demo.COMMISSION_YEN, "since": since}],
        "staff": _staff(prepared, "fees"),
    }


def _municipal(folders: Folders, prepared: Prepared, opening: Opening) -> dict[str, Any]:
    city = prepared.city
    return {
        "name": city.code,
        "municipality": city.code,
        "prefecture": city.prefecture,
        "municipality_name": city.name,
        "municipality_name_en": city.name_en,
        "door": {"host": HOST, "port": opening.ports["municipal"].door},
        "tls": {
            "certificate": str(folders.party("municipal") / "party.pem"),
            "key": str(folders.party("municipal") / "party.key"),
            "authority": str(root_files(folders, "parties")[0]),
        },
        "signing": {
            "certificate": str(folders.party("municipal") / "documents.pem"),
            "key": str(folders.party("municipal") / "documents.key"),
            "code_key": str(folders.party("municipal") / "codes.key"),
        },
        "office": _office(opening, "municipal"),
        "database": _database(folders, "municipal"),
        "certifiers": _certifiers(prepared),
        "seal": str(folders.party("municipal") / "seal.png"),
        "number_prefix": city.name,
        "policies": {
            kind.code: [
                {
                    "since": demo.OFFERED_FROM.isoformat(),
                    "options": [option.code for option in kind.options],
                    "forms": [form.code for form in kind.forms],
                    "copies_max": kind.copies_max,
                    "years": demo.TAX_YEARS if kind.yearly else 1,
                    "undeclared": "blank_for_dependants",
                }
            ]
            for kind in KINDS.values()
        },
        "staff": _staff(prepared, "municipal"),
        "press_workers": 0,
    }


def _certifiers(prepared: Prepared) -> list[dict[str, str]]:
    return [{"since": "2019-05-01", "title": f"{prepared.city.prefecture}{prepared.city.name}長", "name": "見本　一郎"}]


def _center(folders: Folders, prepared: Prepared, opening: Opening) -> dict[str, Any]:
    city = prepared.city
    hours = {} if opening.real_hours else HOURS_ROUND_THE_CLOCK
    entry = {
        "code": city.code,
        "prefecture": city.prefecture,
        "name": city.name,
        "name_en": city.name_en,
        "kinds": {kind: {"issuer": city.code, "hours": hours} for kind in KINDS},
        "certifiers": _certifiers(prepared),
        "seal_sha256": seal_image((folders.party("municipal") / "seal.png").read_bytes()).sha256,
    }
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
        "issuers": [_line(prepared, opening, "municipal")],
        "municipalities": [entry],
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
    shown = [
        {"id": holder.id, "name": holder.name, "card_file": str(Path(holder.card).resolve()), "memo": _memo(holder)}
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


def _memo(holder: HolderEntry) -> str:
    """The slip around a demonstration card: nobody could try it without."""
    return f"暗証番号 {holder.pin}" + (f"（{holder.note}）" if holder.note else "")
