"""What stands between a tenant's registers and a paper because they are copies: data too old, a correction of the year's tax that is on its way, a unit whose latest lines could not be taken in.

Decides from the tenant's own rows in the transaction of whoever asks (`issuer.register_view.Bars`). What is hidden behind `not_issuable` stays hidden: the inward reason alone says which it was.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from bcl_cloud.feeds.ages import stale
from bcl_cloud.feeds.fast_lane import held
from bcl_cloud.feeds.feed_terms import terms_of
from bcl_cloud.feeds.tables import QUARANTINE
from certificates.entitlement import NOT_ISSUABLE, Declined
from certificates.kinds import KINDS
from certificates.sources import Sources


def bars(connection: Connection, kind: str, found: Sources, year: int | None, now: datetime) -> Sources | Declined:
    """`found` as it may be issued from, or why not. Of the tax register the years under correction are taken out; without a `year` the latest one counts."""
    if stale(connection, kind, now, terms_of(connection).max_age_hours) is not None:
        return Declined("data_stale", "data too old")
    if quarantined(connection, kind, found, year):
        return Declined(NOT_ISSUABLE, "latest data in quarantine")
    if KINDS[kind].register != "tax" or found.holder is None:
        return found
    of_person = {record.year: held(connection, found.holder.atena_no, record.year) for record in found.tax}
    wanted = year if year is not None else max(of_person, default=0)
    if of_person.get(wanted) or (year is not None and held(connection, found.holder.atena_no, year)):
        return Declined(NOT_ISSUABLE, "tax correction on its way")
    return replace(found, tax=tuple(record for record in found.tax if not of_person[record.year]))


def quarantined(connection: Connection, kind: str, found: Sources, year: int | None) -> bool:
    """Whether a unit that this kind reads of them, or in which they were sent, was left out of the latest data."""
    register = KINDS[kind].register
    units: list[tuple[str, str]] = []
    if found.holder is not None:
        units.append(("residents", found.holder.household_no))
        if register == "seal":
            units.append(("seal", found.holder.atena_no))
        years = {year} if year is not None else {record.year for record in found.tax[:1]}
        units += [("tax", f"{found.holder.atena_no}/{one}") for one in years if register == "tax"]
        units += [("tax", found.holder.atena_no)] if register == "tax" else []  # who they are, of a 住登外者
    if register == "koseki" and found.koseki is not None:
        units.append(("koseki", found.koseki.koseki_no))
    which = [and_(QUARANTINE.c.register == of, QUARANTINE.c.unit == unit, QUARANTINE.c.person == "") for of, unit in units]
    if found.holder is not None:
        sent_in = ("residents", "koseki") if register == "koseki" else ("residents",)
        which.append(and_(QUARANTINE.c.person == found.holder.atena_no, QUARANTINE.c.register.in_(sent_in)))
    return bool(which) and connection.execute(select(QUARANTINE.c.unit).where(or_(*which)).limit(1)).first() is not None
