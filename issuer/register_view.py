"""The registers as the desk looks at them: what they say of the holder of a card, of one state.

Decides nothing; finding nobody is an answer like any other. Every function is one step of a transaction. Only what the kind of certificate reads is looked up.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from certificates.entitlement import Declined
from certificates.kinds import KINDS
from certificates.sources import Sources, Vouched
from certificates.wareki import day_in_japan
from issuer.year_tables import approved_years
from registers.koseki.tables import koseki_of_person_linked_to, koseki_of_usage_registration
from registers.residents.tables import holder_and_household, household_of, resident, resident_by_juminhyo_code
from registers.seal.tables import seal_of
from registers.tax.outsiders import as_person, outsider_by_juminhyo_code
from registers.tax.tables import record_of, records_of

Bars = Callable[[Connection, str, Sources, int | None, datetime], Sources | Declined]
"""What else may stand between what was found (of a kind, perhaps of one fiscal year, now) and a paper: where the registers are copies, their age and what they wait for."""


def barred(
    connection: Connection, kind: str, year: int | None, found: Sources | Declined | None, bars: Bars | None, now: datetime
) -> Sources | Declined | None:
    """`found` after `bars`, if there are any."""
    return bars(connection, kind, found, year, now) if bars is not None and isinstance(found, Sources) else found


def find_sources(connection: Connection, serial: str, kind: str, now: datetime) -> Sources | None:
    """What the registers say of whom this 利用者証明用 certificate's serial (lower-case hex) belongs to; None when nobody is known by it here."""
    found = holder_and_household(connection, serial)
    residents = None if found is None else Sources(version=found[1].version, holder=found[0], household=found[1])
    look = _LOOKS.get(KINDS[kind].register)
    return residents if look is None else look(connection, serial, residents, day_in_japan(now))


def find_former(connection: Connection, juminhyo_code: str, vouched: Vouched) -> Sources:
    """What the registers say of whom another municipality vouched for: the resident of this 住民票コード of any standing, else the 住登外者, and the record of that year."""
    holder = resident_by_juminhyo_code(connection, juminhyo_code)
    if holder is None:
        return _outsider(connection, juminhyo_code, vouched)
    household, record = household_of(connection, holder.household_no), record_of(connection, holder.atena_no, vouched.year)
    version = "/".join((household.version if household else "-", f"{vouched.year}:{record.version}" if record else "-"))
    return Sources(
        version=version,
        holder=holder,
        household=household,
        tax=(record,) if record else (),
        years_approved=approved_years(connection),
        vouched=vouched,
    )


def _outsider(connection: Connection, juminhyo_code: str, vouched: Vouched) -> Sources:
    """住登外課税: who is taxed here without being registered here. A number that is also a resident's leads to nobody: the figures would be another's."""
    outsider, approved = outsider_by_juminhyo_code(connection, juminhyo_code), approved_years(connection)
    if outsider is None or resident(connection, outsider.atena_no) is not None:
        return Sources(version="-", holder=None, household=None, years_approved=approved, vouched=vouched)
    record = record_of(connection, outsider.atena_no, vouched.year)
    version = f"outside:{outsider.version}/{vouched.year}:{record.version if record else '-'}"
    tax = (record,) if record else ()
    return Sources(version=version, holder=as_person(outsider), household=None, tax=tax, years_approved=approved, vouched=vouched)


def _seal(connection: Connection, _serial: str, residents: Sources | None, _today: date) -> Sources | None:
    if residents is None or residents.holder is None:
        return residents
    seal = seal_of(connection, residents.holder.atena_no)
    return residents if seal is None else replace(residents, seal=seal, version=_version(residents, seal.version))


def _tax(connection: Connection, _serial: str, residents: Sources | None, _today: date) -> Sources | None:
    if residents is None or residents.holder is None:
        return residents
    records = records_of(connection, residents.holder.atena_no)
    approved = approved_years(connection)
    return replace(
        residents, tax=records, years_approved=approved, version=_version(residents, *(f"{record.year}:{record.version}" for record in records))
    )


def _koseki(connection: Connection, serial: str, residents: Sources | None, today: date) -> Sources | None:
    """By the link from the resident register where the holder lives here, else by 利用登録; what stops somebody who moved out still counts."""
    holder = None if residents is None else residents.holder
    # Who has moved out is known here by 利用登録, like anybody else who lives elsewhere.
    linked = holder if holder is not None and holder.standing != "left" else None
    found = koseki_of_usage_registration(connection, serial, today) if linked is None else koseki_of_person_linked_to(connection, linked.atena_no)
    if found is None:
        return residents
    koseki, fuhyo, person_no = found
    known = residents or Sources(version="", holder=None, household=None)
    return replace(known, koseki=koseki, fuhyo=fuhyo, person_no=person_no, by_use=linked is None, version=_version(residents, koseki.version))


def _version(residents: Sources | None, *others: str) -> str:
    """One word for the state of all that was read, short enough for a message; parts are revisions, which no state shares."""
    return "/".join((residents.version if residents else "-", *others))


_LOOKS: Mapping[str, Callable[[Connection, str, Sources | None, date], Sources | None]] = {"seal": _seal, "koseki": _koseki, "tax": _tax}
