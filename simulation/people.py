"""From a made-up population to people with cards: certificates, serials in the register, the authority's list, and what is wrong with a few of them on purpose.

The same for the town on localhost and the town in one process: keys, clock and chance are handed in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from jpki.statuses import Issued
from kiosk.card import personalise
from registers.population import HolderNote, Population
from registers.residents.resident import Household, Resident
from trust.authority import Authority
from trust.credentials import Holder, authentication_certificate, serial_hex, signature_certificate, valid_until

CredentialState = Literal["good", "revoked", "suspended", "expired", "unknown", "foreign"]

SPECIAL: tuple[tuple[CredentialState, str], ...] = (
    ("revoked", "電子証明書が失効している"),
    ("suspended", "電子証明書が一時停止されている"),
    ("expired", "電子証明書の有効期限が切れている"),
    ("unknown", "認証局が知らない電子証明書"),
    ("foreign", "よその認証局の電子証明書"),
)
"""One card of each: what a refusal looks like can be seen without breaking anything."""


@dataclass(frozen=True, slots=True)
class CardMade:
    """What goes on one card, and what the authority knows of it."""

    holder: HolderNote
    resident: Resident
    key: rsa.RSAPrivateKey
    authentication: x509.Certificate
    signature: x509.Certificate
    authority: Authority
    pin: str
    password: str
    state: CredentialState
    note: str

    @property
    def serial(self) -> str:
        """The 利用者証明用 serial as the register knows it."""
        return serial_hex(self.authentication)


@dataclass(frozen=True, slots=True)
class Mint:
    """What cards are made with."""

    authority: Authority
    stranger: Authority
    keys: Sequence[rsa.RSAPrivateKey]
    ocsp_url: str
    token: Callable[[int], bytes]


def make_cards(population: Population, mint: Mint, now: datetime, said: Callable[[int, int], None], *, special: bool = True) -> tuple[CardMade, ...]:
    """A card for each holder of the cast, then for every ordinary person of 15 or more; the last of these get the special states, unless `special` is False. `said` hears how many are done."""
    notes = (*population.holders, *(HolderNote(atena_no, entitled=True, note="") for atena_no in population.ordinary))
    states = (
        dict(zip(range(len(notes) - len(SPECIAL), len(notes)), SPECIAL, strict=True)) if special and len(population.ordinary) > len(SPECIAL) else {}
    )
    by_number = {resident.atena_no: resident for resident in population.residents}
    homes = {household.household_no: household for household in population.households}
    made: list[CardMade] = []
    for index, note in enumerate(notes):
        resident = by_number[note.atena_no]
        state, reason = states.get(index, ("good", note.note))
        made.append(_card(note, resident, homes.get(resident.household_no), mint, index, state, reason, now))
        if index % 100 == 0:
            said(index, len(notes))
    return tuple(made)


def registered(
    population: Population, cards: Sequence[CardMade], today: date, missing_glyphs: Callable[[str], tuple[str, ...]]
) -> tuple[Resident, ...]:
    """The residents as a register holds them: with the serials of their cards, usable since before today; a name that no font can print is 外字 pending."""
    serials = {card.resident.atena_no: card.serial for card in cards}
    return tuple(_entered(resident, serials.get(resident.atena_no), today, missing_glyphs) for resident in population.residents)


def renewed(card: CardMade, mint: Mint, now: datetime) -> CardMade:
    """The same card with certificates issued now, of other serials and the same keys: what a renewal at the counter makes of it."""
    serials = [_serial(mint.token) for _ in range(2)]
    birth = _calendar_day(card.resident.birth)
    month, day = (birth.month, birth.day) if birth is not None else (1, 1)
    until = valid_until(month, day, now)
    person = Holder(name=card.resident.name, birth=birth, sex=card.resident.sex, address="")
    public = card.key.public_key()
    return replace(
        card,
        authentication=authentication_certificate(card.authority, public, serials[0], now, until, mint.token, mint.ocsp_url),
        signature=signature_certificate(card.authority, public, serials[1], now, until, mint.token, mint.ocsp_url, person),
    )


def write_card(card: CardMade, file: Path, number: int, token: Callable[[int], bytes]) -> None:
    """The card as a file, its retry counters full."""
    personalise(
        file,
        authentication_key=card.key,
        authentication_certificate=card.authentication,
        authentication_ca=card.authority.certificate,
        signature_key=card.key,
        signature_certificate=card.signature,
        signature_ca=card.authority.certificate,
        pin=card.pin,
        signature_password=card.password,
        label=f"見本 {number:04d}",
        token=token,
    )


def _entered(resident: Resident, serial: str | None, today: date, missing_glyphs: Callable[[str], tuple[str, ...]]) -> Resident:
    pending = resident.character_pending or bool(missing_glyphs(resident.name + (resident.alias or "") + (resident.former_name or "")))
    if serial is None:
        return replace(resident, character_pending=pending)
    return replace(resident, character_pending=pending, serial=serial, card_usable_from=resident.card_usable_from or today - timedelta(days=30))


def issued(cards: Sequence[CardMade]) -> tuple[Issued, ...]:
    """What the authority knows of the cards: all but those that are meant to be unknown to it."""
    return tuple(_issued(card) for card in cards if card.state not in ("unknown", "foreign"))


def _issued(card: CardMade) -> Issued:
    if card.state == "revoked":
        return Issued(card.serial, "revoked", "holder_request")
    return Issued(card.serial, "suspended", "lost") if card.state == "suspended" else Issued(card.serial)


def _card(
    note: HolderNote, resident: Resident, home: Household | None, mint: Mint, index: int, state: CredentialState, reason: str, now: datetime
) -> CardMade:
    key = mint.keys[index % len(mint.keys)]
    authority = mint.stranger if state == "foreign" else mint.authority
    # Cards were handed over at different times in the last four years; an expired one more than five years ago.
    issued = now - timedelta(days=(int.from_bytes(mint.token(2), "big") % 1400) + (2200 if state == "expired" else 40))
    birth = _calendar_day(resident.birth)
    month, day = (birth.month, birth.day) if birth is not None else (1, 1)
    until = valid_until(month, day, issued)
    serials = [_serial(mint.token) for _ in range(2)]
    person = Holder(name=resident.name, birth=birth, sex=resident.sex, address=home.address if home is not None else "")
    return CardMade(
        holder=note,
        resident=resident,
        key=key,
        authentication=authentication_certificate(authority, key.public_key(), serials[0], issued, until, mint.token, mint.ocsp_url),
        signature=signature_certificate(authority, key.public_key(), serials[1], issued, until, mint.token, mint.ocsp_url, person),
        authority=authority,
        pin=f"{int.from_bytes(mint.token(4), 'big') % 10_000:04d}",
        password="P" + mint.token(5).hex().upper(),
        state=state,
        note=reason,
    )


def _serial(token: Callable[[int], bytes]) -> int:
    return (int.from_bytes(token(16), "big") >> 1) | 1 << 126


def _calendar_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
