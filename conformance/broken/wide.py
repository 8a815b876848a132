"""The little town's part in 課税証明書の広域交付: for whom it vouches, whom it recognises, with which keys; and the neighbour that the kit plays. All people are made up."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from certificates.wareki import day_in_japan
from issuer.referring import Referrals
from registers.residents.resident import Resident
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from registers.tax.tables import load
from trust.authority import Authority, save_certificate, save_key
from trust.document_signers import document_signer_certificate
from trust.referrals import Signing

Token = Callable[[int], bytes]
NEIGHBOUR = "990027"
ADDRESS = "見本県みほん市旧町九番"
"""Where the former residents lived on January 1."""
FORMER = (61, 62)


def year_on(now: datetime) -> int:
    """The latest 年度 that is open: each opens on June 3."""
    day = day_in_japan(now)
    return day.year if (day.month, day.day) >= (6, 3) else day.year - 1


def gone(person: Resident) -> Resident:
    """The same person after moving away: known by 住民票コード alone."""
    return replace(person, serial=None, card_usable_from=None, standing="left", standing_since=date(2020, 5, 1))


def tax(connection: Connection, people: tuple[Resident, ...], now: datetime) -> None:
    """One step: this year's record of each."""
    year = year_on(now)
    records = [
        TaxRecord(
            one.atena_no, year, one.name, ADDRESS, True, None, Incomes(salary_revenue=5_000_000, salary=3_560_000, total_yen=3_560_000),
            Deductions(basic=430_000, total_yen=430_000), Dependants(), Levy(forest=1_000, total_yen=1_000), date(year, 6, 3), "0",
        )
        for one in people
    ]  # fmt: skip
    load(connection, records, now=now)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The files by which the kit plays the neighbour, and the town's own key statement; and what the town opens referrals with."""

    files: dict[str, str]
    referrals: Referrals


def write_neighbour(
    folder: Path,
    town: str,
    authority: Authority,
    signing: tuple[rsa.RSAPrivateKey, x509.Certificate],
    now: datetime,
    token: Token,
    key: rsa.RSAPrivateKey,
) -> Neighbour:
    """Its files in `folder`. `signing` is the town's document key and certificate, `key` the neighbour's."""
    since = (now - timedelta(days=1)).replace(microsecond=0)
    until = since + timedelta(days=365)
    urn = f"urn:konbini:signer:municipality:{NEIGHBOUR}"
    certificate = document_signer_certificate(
        authority, key.public_key(), urn, "見本県となり市（見本）", "見本県となり市長（見本）", since, until, token
    )
    save_certificate(certificate, folder / "neighbour.pem")
    save_key(key, folder / "neighbour.key")
    own = Signing(signing[0], (signing[1].public_bytes(Encoding.DER),))
    referrals = Referrals(own, (ec.generate_private_key(ec.SECP256R1()),), (authority.certificate,), token)
    (folder / "statement.jws").write_text(referrals.statement(town, since, until), encoding="ascii")
    files = {"as_municipality": NEIGHBOUR, "certificate": "neighbour.pem", "key": "neighbour.key", "statement": "statement.jws"}
    return Neighbour(files, referrals)
