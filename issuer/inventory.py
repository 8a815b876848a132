"""What stands behind a municipality's papers, counted and digested: before its kinds move from one issuer to another, both sides are asked and the answers must be equal.

Decides what must be the same: the people and their standing, what leads a certificate to a person, what stops a paper, the forms, the seal, who certifies. Digests are keyed with the asker's
nonce, so that they say nothing to anybody about anybody, and nothing twice.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from hmac import new as hmac_new

from sqlalchemy import Connection, select

from certificates.kinds import KINDS
from certificates.seal import seal_image
from certificates.tax_years import years_open
from issuer.terms import Issuer
from issuer.use_tables import APPLICATIONS
from issuer.year_tables import approved_years
from messages.conditions import InventorySection
from registers.koseki import schema as koseki
from registers.residents import schema as residents
from registers.seal import schema as seals
from registers.tax import schema as taxes


def sections(connection: Connection, issuer: Issuer, kinds: tuple[str, ...], nonce: str, today: date) -> tuple[InventorySection, ...]:
    """The sections for these kinds, in the order of their names. One read of the registers that the kinds are drawn from."""
    registers: set[str] = {KINDS[kind].register for kind in kinds}
    found = {
        "people": _people(connection, registers),
        "bindings": _bindings(connection, registers),
        "stops": _stops(connection, registers),
        "forms": _forms(connection, issuer, kinds, today),
        "seal": [seal_image(issuer.form_on(today).seal_png).sha256],
        "certifier": [issuer.form_on(today).certifier_title, issuer.form_on(today).certifier_name],
    }
    return tuple(InventorySection(section=name, count=len(set(items)), digest=digest(nonce, items)) for name, items in sorted(found.items()))


def digest(nonce: str, items: Iterable[str]) -> str:
    """HMAC-SHA256 under the nonce over the items, each once, in sorted order: what was set twice, by a file and by a clerk, is one thing."""
    keyed = hmac_new(nonce.encode(), digestmod=sha256)
    for item in sorted(set(items)):
        keyed.update(sha256(item.encode()).digest())
    return keyed.hexdigest()


def _people(connection: Connection, registers: set[str]) -> list[str]:
    """Who stands in the registers, and what a paper would say of them by name and birth."""
    table = residents.RESIDENTS
    columns = (table.c.atena_no, table.c.household_no, table.c.name, table.c.birth, table.c.standing)
    found = [_item("resident", *row) for row in connection.execute(select(*columns).where(residents.COUNTED).order_by(table.c.atena_no))]
    if "koseki" in registers:
        found += [_item("koseki", *row) for row in connection.execute(_KOSEKI)]
    if "seal" in registers:
        found += [_item("seal", *row[:3], sha256(row.imprint).hexdigest()) for row in connection.execute(_SEALS)]
    if "tax" in registers:
        found += [_item("tax", *row) for row in connection.execute(_TAXES)]
    return found


def _bindings(connection: Connection, registers: set[str]) -> list[str]:
    """Which certificate leads to whom: residents' cards, 利用登録 in force, and applications that wait: one that the new desk does not have would be lost to who holds its receipt."""
    table, uses = residents.RESIDENTS, koseki.USAGE_REGISTRATIONS
    cards = (
        select(table.c.serial, table.c.atena_no, table.c.card_usable_from)
        .where(residents.COUNTED, table.c.serial.is_not(None))
        .order_by(table.c.atena_no)
    )
    found = [_item("card", *row) for row in connection.execute(cards)]
    if "koseki" in registers:
        live = select(uses.c.serial, uses.c.person_no, uses.c.since).where(uses.c.until.is_(None)).order_by(uses.c.number)
        found += [_item("use", *row) for row in connection.execute(live)]
        waiting = select(APPLICATIONS.c.application_id, APPLICATIONS.c.serial).where(APPLICATIONS.c.state == "received")
        found += [_item("waiting", *row) for row in connection.execute(waiting.order_by(APPLICATIONS.c.application_id))]
    return found


def _stops(connection: Connection, registers: set[str]) -> list[str]:
    """What forbids a paper, of whatever source: a stop set at one desk and unknown at the other would be lifted by the move."""
    tables = [(residents.PROTECTIONS, residents.PROTECTIONS.c.atena_no), (residents.SUPPRESSIONS, residents.SUPPRESSIONS.c.atena_no)]
    if "koseki" in registers:
        tables += [(koseki.PROTECTIONS, koseki.PROTECTIONS.c.person_no), (koseki.SUPPRESSIONS, koseki.SUPPRESSIONS.c.person_no)]
    found = []
    for table, person in tables:
        query = select(person, table.c.since, table.c.until).order_by(person, table.c.since, table.c.until)
        if "released_at" in table.c:
            query = query.where(table.c.released_at.is_(None))
        found += [_item(table.name, *row) for row in connection.execute(query)]
    pending = select(residents.RESIDENTS.c.atena_no).where(residents.RESIDENTS.c.character_pending.is_(True)).order_by(residents.RESIDENTS.c.atena_no)
    found += [_item("pending", *row) for row in connection.execute(pending)]
    if "koseki" in registers:
        filed = select(koseki.KOSEKI.c.koseki_no).where(koseki.KOSEKI.c.pending > 0).order_by(koseki.KOSEKI.c.koseki_no)
        found += [_item("filed", *row) for row in connection.execute(filed)]
    return found


def _forms(connection: Connection, issuer: Issuer, kinds: tuple[str, ...], today: date) -> list[str]:
    """What is offered, and of yearly kinds which 年度 its tax section has opened: one that is open at one issuer alone would close with the move."""
    policies = {kind: issuer.policy_on(kind, today) for kind in kinds}
    form = issuer.form_on(today)
    approved = approved_years(connection)
    years = [_item(kind, *years_open(policy, today, approved)) for kind, policy in policies.items() if policy is not None and KINDS[kind].yearly]
    return [f"{kind}: {policy!r}" for kind, policy in policies.items()] + years + [form.municipality, form.prefecture, form.name]


def _item(*parts: object) -> str:
    return "\x1f".join("" if part is None else str(part) for part in parts)


_KOSEKI = (
    select(
        koseki.KOSEKI.c.koseki_no,
        koseki.KOSEKI.c.standing,
        koseki.MEMBERS.c.person_no,
        koseki.MEMBERS.c.given_name,
        koseki.MEMBERS.c.birth,
        koseki.MEMBERS.c.removed_on,
    )
    .select_from(koseki.KOSEKI.join(koseki.MEMBERS, koseki.KOSEKI.c.koseki_no == koseki.MEMBERS.c.koseki_no))
    .where(koseki.COUNTED)
    .order_by(koseki.MEMBERS.c.person_no)
)
_SEALS = (
    select(seals.SEALS.c.registration_no, seals.SEALS.c.atena_no, seals.SEALS.c.cancelled_at, seals.SEALS.c.imprint)
    .where(seals.COUNTED)
    .order_by(seals.SEALS.c.registration_no)
)
_TAXES = (
    select(*(column for column in taxes.RECORDS.c if column.name not in ("source", "revision", "changed_at")))
    .where(taxes.COUNTED)
    .order_by(taxes.RECORDS.c.atena_no, taxes.RECORDS.c.year)
)
