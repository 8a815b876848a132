"""A little town to rehearse with: its registers, its keys, what it decided about its papers, and the profile that tells the kit of it. All people are made up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import Connection

from certificates.issuer_form import IssuerForm
from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.printing import Hands
from certificates.seal import seal_png
from certificates.signature.key_list import CodeKey, sign_key_list
from certificates.signature.signing import signer
from conformance.broken.family import fill_family, told_family
from conformance.broken.wide import ADDRESS, FORMER, gone, tax, write_neighbour, year_on
from issuer.referring import Referrals
from issuer.terms import Issuer
from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit
from registers.residents import tables as residents
from registers.residents.changes import set_address, set_name
from registers.residents.households import assembled
from registers.residents.resident import Protection, Resident
from registers.seal import tables as seals
from registers.seal.carving import carve
from registers.seal.changes import cancel
from registers.seal.seal import SealRegistration
from trust.authority import Authority, create_root, save_certificate, save_key
from trust.document_signers import document_signer_certificate, signing_authority
from trust.parties import Peer, issue_party

CODE = "990019"
SERVER_NAME = "issuer.rehearsal.invalid"
CERTIFIER_TITLE, CERTIFIER_NAME = "見本県みほん市長", "見本　市長"
KINDS_SERVED = ("juminhyo", "inkan")
BESIDE = ("kazei", "koseki")
"""Issued too: for former residents; and for whoever applies for 利用登録, and one family."""
OLD_ADDRESS, NEW_ADDRESS = "見本県みほん市古町一丁目１番", "見本県みほん市新町五丁目９番"
OLD_NAME, NEW_NAME = "移動　前子", "移動　後子"
MOVER, CANCELLED = 41, 51
IN_FAMILY = 11
_MEN = (1, 11, 13, CANCELLED)
_FONTS = tuple(Path(__file__).parents[2] / "certificates" / "fonts" / name for name in ("BIZUDMincho-Regular.ttf", "NotoSerifJP-Regular.ttf"))
Token = Callable[[int], bytes]

# number, household, name, relation, birth, as printed
_PEOPLE = (
    (1, 1, "見本　太郎", "世帯主", "1980-04-01", "昭和５５年４月１日"),
    (2, 1, "見本　花子", "妻", "1982-05-05", "昭和５７年５月５日"),
    (3, 1, "見本　一子", "子", "2015-06-07", "平成２７年６月７日"),
    (11, 2, "試験　次郎", "世帯主", "1979-03-03", "昭和５４年３月３日"),
    (12, 2, "試験　桜", "妻", "1981-07-08", "昭和５６年７月８日"),
    (13, 2, "試験　三郎", "子", "2014-02-09", "平成２６年２月９日"),
    (21, 3, "保護　される子", "世帯主", "1990-01-01", "平成２年１月１日"),
    (31, 4, "外字　待子", "世帯主", "1991-02-02", "平成３年２月２日"),
    (MOVER, 5, OLD_NAME, "世帯主", "1992-03-03", "平成４年３月３日"),
    (CANCELLED, 6, "廃印　四郎", "世帯主", "1993-04-04", "平成５年４月４日"),
    (61, 7, "元　住一", "世帯主", "1984-06-06", "昭和５９年６月６日"),
    (62, 8, "元　住二", "世帯主", "1985-07-07", "昭和６０年７月７日"),
)
_SEALED = (1, 11, CANCELLED)


def serial(number: int) -> str:
    """The serial of somebody's certificate."""
    return f"cf{number:08x}"


def _atena(number: int) -> str:
    return f"{number:09d}" + atena_digit(f"{number:09d}")


def _address(household: int) -> str:
    return OLD_ADDRESS if household == 5 else f"見本県みほん市中央{household}番地"


def _resident(number: int, household: int, name: str, relation: str, birth: str) -> Resident:
    return Resident(
        atena_no=_atena(number),
        household_no=_atena(900_000 + household),
        name=name,
        name_kana="ミホン",
        former_name=None,
        former_name_kana=None,
        alias=None,
        alias_kana=None,
        birth=birth,
        sex="男" if number in _MEN else "女",
        relation=relation,
        resident_since=max(birth, "2010-04-01"),
        address_since=max(birth, "2010-04-01"),
        notified_on=max(birth, "2010-04-05"),
        previous_address="見本県となり市一丁目１番１号",
        honseki="見本県みほん市本町二番",
        hittousha="見本　筆頭",
        my_number=f"{number:011d}" + my_number_digit(f"{number:011d}"),
        juminhyo_code=f"{number:010d}" + juminhyo_code_digit(f"{number:010d}"),
        foreign=None,
        serial=serial(number),
        card_usable_from=date(2020, 1, 1),
        protection=Protection("support", date(2020, 4, 1), None) if household == 3 else None,
        character_pending=household == 4,
    )


def populate(connection: Connection, now: datetime) -> None:
    """One step: everybody, and three seals."""
    everybody = [gone(_resident(*row[:5])) if row[0] in FORMER else _resident(*row[:5]) for row in _PEOPLE]
    people, households = assembled(everybody, [_address(row[1]) for row in _PEOPLE])
    residents.load(connection, people, households, now=now)
    fill_family(connection, _atena, now)
    tax(connection, tuple(one for one in everybody if one.standing == "left"), now)
    imprint = carve("見本", Random(1), _FONTS)  # noqa: S311 - a made-up seal
    seals.load(connection, [SealRegistration(f"{one:08d}", _atena(one), date(2020, 5, 7), "見本", imprint, "0") for one in _SEALED], now=now)


def _moved(connection: Connection, name: str, address: str, now: datetime) -> None:
    set_name(connection, _atena(MOVER), name, "イドウ", now=now)
    set_address(connection, _atena(900_005), address, now.date(), now.date(), now=now)


def change(connection: Connection, which: str, now: datetime) -> None:
    """One step: a change that the profile names; KeyError for another."""
    steps: dict[str, Callable[[], object]] = {
        "move": lambda: _moved(connection, NEW_NAME, NEW_ADDRESS, now),
        "move-back": lambda: _moved(connection, OLD_NAME, OLD_ADDRESS, now),
        "cancel-seal": lambda: cancel(connection, _atena(CANCELLED), "lost", now),
    }
    steps[which]()


def terms(refusal_seconds: float) -> Issuer:
    """What the town decided: 住民票の写し and 印鑑登録証明書 with everything that there is."""
    since = date(2020, 1, 1)
    form = IssuerForm(CODE, "見本県", "みほん市", CERTIFIER_TITLE, CERTIFIER_NAME, seal_png("みほん市長之印"), "みほん市")
    policies = {
        one: (
            (
                since,
                Policy(
                    kind=one,
                    options=tuple(option.code for option in KINDS[one].options),
                    forms=tuple(form.code for form in KINDS[one].forms),
                    copies_max=10,
                ),
            ),
        )
        for one in (*KINDS_SERVED, *BESIDE)
    }
    return Issuer(CODE, "みほん市", refusal_seconds, ((since, form),), policies, wide_tax_since=since)


@dataclass(frozen=True, slots=True)
class Written:
    """The town's files: the profile, and the server's certificate, key and authority; and what its papers are signed with, and its referrals."""

    profile: Path
    server: tuple[Path, Path, Path]
    hands: Hands
    referrals: Referrals


def write_town(folder: Path, hooks_url: str, now: datetime, token: Token, keys: Sequence[rsa.RSAPrivateKey] = ()) -> Written:
    """Keys, certificates and profile in `folder`. `keys` of the documents' authority, the municipality and its neighbour: made if not given."""
    since = (now - timedelta(days=1)).replace(microsecond=0)
    parties = create_root("見本 当事者認証局", ec.generate_private_key(ec.SECP256R1()), since, token)
    save_certificate(parties.certificate, folder / "parties.pem")
    for name, peer, hosts in (
        ("center", Peer("center", "center"), ("center.rehearsal.invalid",)),
        ("kiosk", Peer("kiosk", "kiosk"), ("kiosk.rehearsal.invalid",)),
        ("server", Peer("municipal", CODE), (SERVER_NAME,)),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        save_certificate(issue_party(parties, peer, hosts, key, since, token), folder / f"{name}.pem")
        save_key(key, folder / f"{name}.key")
    authority_key, mayor_key, neighbour_key = (*keys, *(rsa.generate_private_key(65537, 2048) for _ in range(3 - len(keys))))[:3]
    authority = signing_authority(authority_key, since, token)
    hands = _documents(folder, authority, mayor_key, since, token)
    neighbour = write_neighbour(folder, CODE, authority, (mayor_key, hands.signer.certificate), now, token, neighbour_key)
    (folder / "profile.json").write_bytes(msgspec.json.format(msgspec.json.encode(_profile(hooks_url) | {"referrals": neighbour.files | _wide(now)})))
    return Written(folder / "profile.json", (folder / "server.pem", folder / "server.key", folder / "parties.pem"), hands, neighbour.referrals)


def _documents(folder: Path, authority: Authority, mayor_key: rsa.RSAPrivateKey, since: datetime, token: Token) -> Hands:
    until, code_key = since + timedelta(days=365), ec.generate_private_key(ec.SECP256R1())
    urn = f"urn:konbini:signer:municipality:{CODE}"
    mayor: x509.Certificate = document_signer_certificate(
        authority, mayor_key.public_key(), urn, "見本県みほん市（見本）", "見本県みほん市長（見本）", since, until, token
    )
    assert isinstance(authority.key, rsa.RSAPrivateKey)
    save_certificate(authority.certificate, folder / "documents.pem")
    save_certificate(mayor, folder / "municipality.pem")
    save_key(mayor_key, folder / "municipality.key")
    (folder / "keys.json").write_bytes(sign_key_list([CodeKey(CODE, code_key.public_key(), since, until)], authority.key, since))
    return Hands(signer(mayor_key, mayor), code_key)


def _wide(now: datetime) -> dict[str, object]:
    """What the profile says of referrals: two residents and one protected, two former residents."""
    year = year_on(now)
    vouched = [
        {"person": f"p{one}", "year": year, "juminhyo_code": _resident(*_row(one)[:5]).juminhyo_code, "birth": _row(one)[4]} for one in (1, 11)
    ]
    refused = [{"person": "p21", "year": year, "refused": "not_issuable"}, {"person": "p1", "year": 1979, "refused": "unborn_on_january_1"}]
    former = [
        {
            "id": f"p{one}",
            "juminhyo_code": _resident(*_row(one)[:5]).juminhyo_code,
            "birth": _row(one)[4],
            "year": year,
            "may": {"kind": "kazei", "members": [{"name": _row(one)[2], "birth": _row(one)[5], "holder": True}], "texts": [ADDRESS]},
        }
        for one in FORMER
    ]
    return {"residents": vouched + refused, "former": former}


def _row(number: int) -> tuple[int, int, str, str, str, str]:
    return next(one for one in _PEOPLE if one[0] == number)


def _profile(hooks_url: str) -> dict[str, object]:
    served = [
        {"kind": one, "forms": [form.code for form in KINDS[one].forms], "options": [option.code for option in KINDS[one].options]}
        for one in (*KINDS_SERVED, "koseki")
    ]
    return {
        "municipality": CODE,
        "tls": {
            "certificate": "center.pem",
            "key": "center.key",
            "authority": "parties.pem",
            "server_name": SERVER_NAME,
            "other_role": {"certificate": "kiosk.pem", "key": "kiosk.key"},
        },
        "documents": {"authority": "documents.pem", "key_list": "keys.json"},
        "kinds": served,
        "certifier": [CERTIFIER_TITLE, CERTIFIER_NAME],
        "optional": ["conditions", "inventories", "uses", "referrals"],
        "people": [_told(number) for number in (1, 11, 21, 31, MOVER, CANCELLED)] + [_unknown()],
        "changes": [
            {
                "id": "move",
                "person": f"p{MOVER}",
                "kind": "juminhyo",
                "do": {"url": f"{hooks_url}/move"},
                "undo": {"url": f"{hooks_url}/move-back"},
                "before": [OLD_NAME, OLD_ADDRESS],
                "after": [NEW_NAME, NEW_ADDRESS],
            },
            {
                "id": "cancel-seal",
                "person": f"p{CANCELLED}",
                "kind": "inkan",
                "do": {"url": f"{hooks_url}/cancel-seal"},
                "refused": "no_seal",
            },
        ],
    }


def _unknown() -> dict[str, object]:
    return {"id": "unknown", "serial": "ff00", "refused": [{"kind": one, "code": "not_registered"} for one in KINDS_SERVED]}


def _told(number: int) -> dict[str, object]:
    row = _row(number)
    stopped = row[1] in {3, 4}
    if stopped:
        refused = [{"kind": "juminhyo", "code": "not_issuable", "protected": row[1] == 3}]
        return {"id": f"p{number}", "serial": serial(number), "refused": refused}
    own = {"name": row[2], "birth": row[5], "holder": True}
    family = [own if one[0] == number else {"name": one[2], "birth": one[5]} for one in _PEOPLE if one[1] == row[1]]
    texts = [_address(row[1])]
    may: list[dict[str, object]] = [{"kind": "juminhyo", "members": family, "texts": texts}]
    if number in _SEALED:
        may.append({"kind": "inkan", "members": [own], "texts": texts})
    if number == IN_FAMILY:
        may.append(told_family(number))
    return {"id": f"p{number}", "serial": serial(number), "may": may, "refused": [], "marks": [] if number == MOVER else texts}
