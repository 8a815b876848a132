"""What each event of the fast lane does to the registers, at once and before anybody's next question.

Decides which papers an event stops, and of how many an event that says the contrary lets go. What waits for newer data is not let go by an event: an entry in a 戸籍 that was told, and a correction of
tax that is done, stand in the source, and here stands what was before them.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from bcl_cloud.feeds.tables import AGES, CHANGED, HOLDS, UNITS
from registers.koseki.schema import COUNTED as KOSEKI_COUNTED
from registers.koseki.schema import KOSEKI, MEMBERS
from registers.koseki.schema import PROTECTIONS as KOSEKI_PROTECTIONS
from registers.residents.columns import stops_of, stops_text
from registers.residents.resident import Suppression
from registers.residents.schema import COUNTED, HOUSEHOLDS, PROTECTIONS, RESIDENTS, SUPPRESSIONS, suppression_row
from registers.seal.schema import COUNTED as SEALS_COUNTED
from registers.seal.schema import SEALS, instant_text
from registers.tax.schema import OUTSIDERS, RECORDS
from storage.instants import stamp

Kind = Literal[
    "protect", "unprotect", "leaving", "left", "dead", "removed", "stays", "pending_character", "registered_character",
    "koseki_protect", "koseki_unprotect", "koseki_accepted", "koseki_withdrawn", "koseki_entered", "seal_cancelled", "tax_correction", "tax_settled",
]  # fmt: skip
WORDS: Mapping[str, tuple[str, str, str]] = {
    "protect": ("residents", "支援措置の開始", "Protection set"),
    "unprotect": ("residents", "支援措置の終了", "Protection released"),
    "leaving": ("residents", "転出届", "Move out filed"),
    "left": ("residents", "転出", "Moved out"),
    "dead": ("residents", "死亡", "Deceased"),
    "removed": ("residents", "職権消除", "Removed ex officio"),
    "stays": ("residents", "転出届等の取消し", "Filing taken back"),
    "pending_character": ("residents", "外字の登録待ち", "Character pending"),
    "registered_character": ("residents", "外字の登録済み", "Character registered"),
    "koseki_protect": ("koseki", "戸籍の者の支援措置の開始", "Protection set on a person of a 戸籍"),
    "koseki_unprotect": ("koseki", "戸籍の者の支援措置の終了", "Protection released of a person of a 戸籍"),
    "koseki_accepted": ("koseki", "戸籍の届出の受理", "Notification accepted"),
    "koseki_withdrawn": ("koseki", "戸籍の届出の取下げ", "Notification withdrawn"),
    "koseki_entered": ("koseki", "戸籍の届出の記載済み（データ待ち）", "Notification entered: waits for the data"),
    "seal_cancelled": ("seal", "印鑑登録の廃止", "Seal cancelled"),
    "tax_correction": ("tax", "税額の更正（証明の停止）", "Tax correction: the year's paper stops"),
    "tax_settled": ("tax", "税額の更正の終了（データ待ち）", "Tax correction settled: waits for the data"),
}
"""Kind -> (register, Japanese, English)."""
PROTECTING = frozenset({"protect", "unprotect", "koseki_protect", "koseki_unprotect"})
"""Of these nobody may know who may not know of 支援措置."""
STANDINGS: Mapping[str, str] = {"leaving": "leaving", "left": "left", "dead": "dead", "removed": "removed", "stays": "current"}
HEADLESS = "異動処理中（即時連携）"
DECEASED = "死亡（即時連携）"
"""Reasons of the stops that events set, so that the contrary event finds them and no other."""


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event. `subject`: 宛名番号 of a resident, a 住登外者 or the holder of a seal; 戸籍番号; 戸籍の者の番号; of a tax record `宛名番号/年度`.
    `on`: the day of a standing, or the first day of a protection."""

    id: str
    kind: Kind
    at: datetime
    subject: str
    on: date | None = None
    level: Literal["support", "provisional", "co_protected"] = "support"
    reason: Literal["request", "lost", "moved_out", "dead", "name_changed", "replaced"] = "request"

    @property
    def day(self) -> str:
        """The day from which it counts."""
        return (self.on or self.at.date()).isoformat()


class Moment(NamedTuple):
    """One transaction: its instant, and the new version that whatever is changed in it gets, by table. Looked for once: it takes a look at the whole table."""

    now: datetime
    revisions: dict[str, int]


def register_with(connection: Connection, kind: str, subject: str) -> str | None:
    """The register in which the subject of such an event is kept: a person's may be the residents' or the tax register's (住登外者); None for a person who stands in neither."""
    register = WORDS[kind][0]
    if register != "residents":
        return register
    if connection.execute(select(RESIDENTS.c.atena_no).where(COUNTED, RESIDENTS.c.atena_no == subject)).first() is not None:
        return "residents"
    return "tax" if connection.execute(select(OUTSIDERS.c.atena_no).where(OUTSIDERS.c.atena_no == subject)).first() is not None else None


def replaced(connection: Connection, register: str, kind: str, subject: str) -> bool:
    """Whether the upload that is being put in place has put the subject's unit there anew."""
    unit: Any = subject
    if register == "residents":
        unit = select(RESIDENTS.c.household_no).where(RESIDENTS.c.atena_no == subject).scalar_subquery()
    elif kind in ("koseki_protect", "koseki_unprotect"):
        unit = select(MEMBERS.c.koseki_no).where(MEMBERS.c.person_no == subject).scalar_subquery()
    return connection.execute(select(CHANGED.c.unit).where(CHANGED.c.register == register, CHANGED.c.unit == unit)).first() is not None


def put_in_force(connection: Connection, event: Event, number: int, moment: Moment) -> bool:
    """Whether there is somebody or something whom it concerns, and it is in force now."""
    register = register_with(connection, event.kind, event.subject)
    return register is not None and _EFFECTS[register](connection, event, number, moment)


def end_holds(connection: Connection, as_of: datetime) -> None:
    """A hold ends with data that are newer than the event and hold another record than the one that was to be corrected, or newer than the word that the correction is done. In data older than the
    event every record is still to be corrected, whatever it says."""
    for row in connection.execute(select(HOLDS).where(HOLDS.c.register == "tax").order_by(HOLDS.c.unit)).all():
        here = (HOLDS.c.register == "tax") & (HOLDS.c.unit == row.unit)
        now = connection.execute(select(UNITS.c.digest).where(UNITS.c.register == "tax", UNITS.c.unit == row.unit)).scalar_one_or_none()
        settled = row.settled_at is not None and row.settled_at < stamp(as_of)
        if row.at < stamp(as_of) and (settled or (now is not None and now != row.digest)):
            connection.execute(delete(HOLDS).where(here))
        elif row.at >= stamp(as_of):
            connection.execute(update(HOLDS).where(here).values(digest=now))


def let_go(connection: Connection, settled: Event) -> None:
    """The correction is done, and newer data stand here already."""
    held = (HOLDS.c.register == "tax") & (HOLDS.c.unit == settled.subject)
    connection.execute(delete(HOLDS).where(held, HOLDS.c.at <= stamp(settled.at)))


def _resident(connection: Connection, event: Event, _number: int, moment: Moment) -> bool:
    household_no = connection.execute(select(RESIDENTS.c.household_no).where(COUNTED, RESIDENTS.c.atena_no == event.subject)).scalar_one()
    person = update(RESIDENTS).where(RESIDENTS.c.atena_no == event.subject)
    if event.kind in ("protect", "unprotect"):
        _protect(connection, PROTECTIONS, "atena_no", event, moment)
    elif event.kind in STANDINGS:
        standing = STANDINGS[event.kind]
        connection.execute(person.values(standing=standing, standing_since=None if standing == "current" else event.day))
        _stop_headless(connection, household_no, event, moment)
    else:
        connection.execute(person.values(character_pending=event.kind == "pending_character"))
    _moved_on(connection, HOUSEHOLDS, HOUSEHOLDS.c.household_no == household_no, moment)
    return True


def _protect(connection: Connection, table: Table, whom: str, event: Event, moment: Moment) -> None:
    connection.execute(delete(table).where(table.c[whom] == event.subject, table.c.source == "file"))
    if event.kind in ("protect", "koseki_protect"):
        values = {whom: event.subject, "source": "file", "level": event.level, "since": event.day, "until": None, "set_at": stamp(moment.now)}
        connection.execute(insert(table).values(values))


def _stop_headless(connection: Connection, household_no: str, event: Event, moment: Moment) -> None:
    """A household whose head is gone gets no paper until the data say who the head is, or the head is back."""
    ours = (SUPPRESSIONS.c.household_no == household_no) & (SUPPRESSIONS.c.source == "file") & (SUPPRESSIONS.c.reason == HEADLESS)
    connection.execute(delete(SUPPRESSIONS).where(ours))
    present = select(RESIDENTS.c.relation).where(RESIDENTS.c.household_no == household_no, RESIDENTS.c.standing.in_(("current", "leaving")))
    relations = connection.execute(present).scalars().all()
    if relations and "世帯主" not in relations:
        stop = Suppression(event.at.date(), None, household=True, reason=HEADLESS)
        connection.execute(insert(SUPPRESSIONS).values(suppression_row(event.subject, household_no, stop, "file", stamp(moment.now))))


def _koseki(connection: Connection, event: Event, _number: int, moment: Moment) -> bool:
    if event.kind in ("koseki_protect", "koseki_unprotect"):
        return _koseki_person(connection, event, moment)
    pending = connection.execute(select(KOSEKI.c.pending).where(KOSEKI_COUNTED, KOSEKI.c.koseki_no == event.subject)).scalar_one_or_none()
    if pending is None or (event.kind == "koseki_withdrawn" and not pending):
        return False  # a withdrawal before its acceptance waits for it
    count = {"koseki_accepted": pending + 1, "koseki_withdrawn": pending - 1, "koseki_entered": max(pending, 1)}[event.kind]
    connection.execute(update(KOSEKI).where(KOSEKI.c.koseki_no == event.subject).values(pending=count))
    _moved_on(connection, KOSEKI, KOSEKI.c.koseki_no == event.subject, moment)
    return True


def _koseki_person(connection: Connection, event: Event, moment: Moment) -> bool:
    there = select(MEMBERS.c.koseki_no).join(KOSEKI, KOSEKI.c.koseki_no == MEMBERS.c.koseki_no)
    koseki_no = connection.execute(there.where(KOSEKI_COUNTED, MEMBERS.c.person_no == event.subject)).scalar_one_or_none()
    if koseki_no is None:
        return False
    _protect(connection, KOSEKI_PROTECTIONS, "person_no", event, moment)
    atena = select(MEMBERS.c.atena_no).where(MEMBERS.c.person_no == event.subject, MEMBERS.c.atena_no.is_not(None))
    same = select(MEMBERS.c.koseki_no).where(MEMBERS.c.atena_no.in_(atena))
    _moved_on(connection, KOSEKI, (KOSEKI.c.koseki_no == koseki_no) | KOSEKI.c.koseki_no.in_(same), moment)
    return True


def _seal(connection: Connection, event: Event, _number: int, moment: Moment) -> bool:
    mine = (
        SEALS_COUNTED & (SEALS.c.atena_no == event.subject) & SEALS.c.cancelled_at.is_(None) & (SEALS.c.registered_on <= event.at.date().isoformat())
    )
    if connection.execute(select(SEALS.c.number).where(mine)).first() is None:
        return False
    _moved_on(connection, SEALS, mine, moment)
    connection.execute(update(SEALS).where(mine).values(cancelled_at=instant_text(event.at), cancelled_for=event.reason, cancel_source="file"))
    return True


def _tax(connection: Connection, event: Event, number: int, moment: Moment) -> bool:
    if WORDS[event.kind][0] == "residents":
        return _outsider(connection, event, moment)
    person, _, year = event.subject.partition("/")
    if connection.execute(select(RESIDENTS.c.atena_no).where(~COUNTED, RESIDENTS.c.atena_no == person)).first() is not None:
        return True  # said as of a number that nobody has, and held for nobody
    held = (HOLDS.c.register == "tax") & (HOLDS.c.unit == event.subject)
    there = connection.execute(select(HOLDS.c.event_no).where(held)).first() is not None
    settled_at = stamp(event.at) if event.kind == "tax_settled" else None
    if there and event.kind == "tax_settled":
        connection.execute(update(HOLDS).where(held).values(settled_at=settled_at))
    else:
        digest = connection.execute(select(UNITS.c.digest).where(UNITS.c.register == "tax", UNITS.c.unit == event.subject)).scalar_one_or_none()
        connection.execute(delete(HOLDS).where(held))
        row = {"register": "tax", "unit": event.subject, "event_no": number, "at": stamp(event.at), "digest": digest, "settled_at": settled_at}
        connection.execute(insert(HOLDS).values(row))
    _moved_on(connection, RECORDS, (RECORDS.c.atena_no == person) & (RECORDS.c.year == (int(year) if year.isdigit() else 0)), moment)
    return True


def _outsider(connection: Connection, event: Event, moment: Moment) -> bool:
    """A 住登外者 is registered nowhere here: what can be told of them is 支援措置, 外字, and that they died."""
    here = OUTSIDERS.c.atena_no == event.subject
    values: dict[str, Any]
    if event.kind in ("protect", "unprotect"):
        level, since = (event.level, event.day) if event.kind == "protect" else (None, None)
        values = {"protection_level": level, "protection_since": since, "protection_until": None}
    elif event.kind in ("pending_character", "registered_character"):
        values = {"character_pending": event.kind == "pending_character"}
    elif event.kind in ("dead", "stays"):
        stops = stops_of(connection.execute(select(OUTSIDERS.c.suppressions).where(here)).scalar_one())
        others = tuple(stop for stop in stops if stop.reason != DECEASED)
        died = (Suppression(date.fromisoformat(event.day), None, household=False, reason=DECEASED),) if event.kind == "dead" else ()
        values = {"suppressions": stops_text((*others, *died))}
    else:
        return False
    connection.execute(update(OUTSIDERS).where(here).values(values))
    _moved_on(connection, OUTSIDERS, here, moment)
    return True


def _moved_on(connection: Connection, table: Table, where: Any, moment: Moment) -> None:
    """A version that no unit of this register has had before this moment."""
    if table.name not in moment.revisions:
        highest = int(connection.execute(select(func.coalesce(func.max(table.c.revision), 0))).scalar_one())
        ever = connection.execute(select(AGES.c.revision).where(AGES.c.register == _REGISTER_OF[table.name])).scalar_one_or_none() or 0
        moment.revisions[table.name] = max(highest, ever) + 1
    connection.execute(update(table).where(where).values(revision=moment.revisions[table.name], changed_at=moment.now.isoformat()))


_EFFECTS: Mapping[str, Callable[[Connection, Event, int, Moment], bool]] = {"residents": _resident, "koseki": _koseki, "seal": _seal, "tax": _tax}
_REGISTER_OF = {HOUSEHOLDS.name: "residents", KOSEKI.name: "koseki", SEALS.name: "seal", RECORDS.name: "tax", OUTSIDERS.name: "tax"}
