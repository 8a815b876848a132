"""The fast lane: an event that must stop a paper, in force at once and never undone by data that are older than it.

Decides what each event does to the registers, that a repeated event changes nothing, and which events are applied again after a bulk upload. The journal holds numbers and codes, never a name.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bcl_cloud.feeds.tables import AGES, CHANGED, EVENTS, HOLDS, UNITS
from registers.koseki.schema import KOSEKI
from registers.residents.resident import Suppression
from registers.residents.schema import COUNTED, HOUSEHOLDS, PROTECTIONS, RESIDENTS, SUPPRESSIONS, suppression_row
from registers.seal.schema import SEALS, instant_text
from registers.tax.schema import RECORDS
from storage.instants import instant, stamp

Kind = Literal[
    "protect", "unprotect", "leaving", "left", "dead", "removed", "stays", "pending_character", "registered_character",
    "koseki_accepted", "koseki_entered", "seal_cancelled", "tax_correction", "tax_settled",
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
    "koseki_accepted": ("koseki", "戸籍の届出の受理", "Notification accepted"),
    "koseki_entered": ("koseki", "戸籍の届出の記載済み", "Notification entered"),
    "seal_cancelled": ("seal", "印鑑登録の廃止", "Seal cancelled"),
    "tax_correction": ("tax", "税額の更正（証明の停止）", "Tax correction: the year's paper stops"),
    "tax_settled": ("tax", "税額の更正の終了", "Tax correction settled"),
}
"""Kind -> (register, Japanese, English)."""
_STANDINGS = {"leaving": "leaving", "left": "left", "dead": "dead", "removed": "removed", "stays": "current"}
_FAMILY = {**dict.fromkeys(("protect", "unprotect"), "protection"), **dict.fromkeys(_STANDINGS, "standing")} | {
    **dict.fromkeys(("pending_character", "registered_character"), "character"),
    **dict.fromkeys(("tax_correction", "tax_settled"), "tax"),
}


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event. `subject`: 宛名番号, of a 戸籍 its 戸籍番号, of a seal the 宛名番号, of a tax record `宛名番号/年度`. `on`: the day of a standing or the first day of a protection."""

    id: str
    kind: Kind
    at: datetime
    subject: str
    on: date | None = None
    level: Literal["support", "provisional", "co_protected"] = "support"
    reason: Literal["request", "lost", "moved_out", "dead", "name_changed", "replaced"] = "request"


Outcome = Literal["applied", "waiting", "overtaken", "included", "contradicted", "malformed"]
"""In force; kept until the person comes; a later event of its kind came before it; the data are newer; the id was used for another event; the id, the subject or the instant has no lawful form."""


def take(connection: Connection, event: Event, now: datetime) -> Outcome:
    """One event in one transaction. The same event again gets the same answer and changes nothing."""
    if (
        not (0 < len(event.id) <= 64 and event.id.isprintable() and 0 < len(event.subject) <= 20 and event.subject.isascii())
        or event.at.tzinfo is None
    ):
        return "malformed"
    body = msgspec.json.encode(event, order="deterministic").decode()
    known = connection.execute(select(EVENTS).where(EVENTS.c.event_id == event.id)).one_or_none()
    if known is not None:
        return known.state if known.body == body else "contradicted"
    state = _state(connection, event)
    row = {
        "event_id": event.id,
        "kind": event.kind,
        "register": WORDS[event.kind][0],
        "subject": event.subject,
        "at": stamp(event.at),
        "body": body,
        "state": state,
        "taken_at": stamp(now),
    }
    number = connection.execute(insert(EVENTS).values(row).returning(EVENTS.c.event_no)).scalar_one()
    if state == "waiting" and _apply(connection, event, int(number), now):
        connection.execute(update(EVENTS).where(EVENTS.c.event_no == number).values(state="applied"))
        _entry_that_waits(connection, event, now)
        return "applied"
    return state


def _entry_that_waits(connection: Connection, accepted: Event, now: datetime) -> None:
    """The entry of a notification may be told before its acceptance; it then waits, and is in force with it."""
    waiting = (EVENTS.c.kind == "koseki_entered") & (EVENTS.c.subject == accepted.subject) & (EVENTS.c.state == "waiting")
    first = select(EVENTS).where(waiting, EVENTS.c.at >= stamp(accepted.at)).order_by(EVENTS.c.at, EVENTS.c.event_no).limit(1)
    row = connection.execute(first).one_or_none() if accepted.kind == "koseki_accepted" else None
    if row is not None and _apply(connection, msgspec.json.decode(row.body, type=Event), row.event_no, now):
        connection.execute(update(EVENTS).where(EVENTS.c.event_no == row.event_no).values(state="applied"))


def apply_again(connection: Connection, as_of: Mapping[str, datetime], now: datetime) -> None:
    """After a bulk upload of these registers: events later than their data are applied again, in their order; earlier ones are in the data."""
    for register, instant_of_data in as_of.items():
        live = (EVENTS.c.register == register) & EVENTS.c.state.in_(("applied", "waiting"))
        old = live & (EVENTS.c.at < stamp(instant_of_data))
        connection.execute(update(EVENTS).where(old).values(state="included"))
        if register == "tax":
            _end_holds(connection, instant_of_data)  # a hold stands beside the record and needs no second application
            continue
        for row in connection.execute(select(EVENTS).where(live).order_by(EVENTS.c.at, EVENTS.c.event_no)).all():
            if row.state == "applied" and not _replaced(connection, register, row.subject):
                continue  # nothing of it was taken away; a notification must not count twice
            state = "applied" if _apply(connection, msgspec.json.decode(row.body, type=Event), row.event_no, now) else "waiting"
            connection.execute(update(EVENTS).where(EVENTS.c.event_no == row.event_no).values(state=state))


def events(connection: Connection, limit: int = 200) -> tuple[Row[Any], ...]:
    """The journal, newest first."""
    return tuple(connection.execute(select(EVENTS).order_by(EVENTS.c.event_no.desc()).limit(limit)).all())


def held(connection: Connection, atena_no: str, year: int | None) -> bool:
    """Whether a tax paper of this person (of this year; None: of any) waits for a correction."""
    mine = HOLDS.c.unit == f"{atena_no}/{year}" if year is not None else HOLDS.c.unit.startswith(f"{atena_no}/")
    return connection.execute(select(HOLDS.c.unit).where(HOLDS.c.register == "tax", mine)).first() is not None


def _replaced(connection: Connection, register: str, subject: str) -> bool:
    """Whether the upload that is being put in place has taken the subject's unit away."""
    changed = select(CHANGED.c.unit).where(CHANGED.c.register == register)
    if register != "residents":
        return connection.execute(changed.where(CHANGED.c.unit == subject)).first() is not None
    household = select(RESIDENTS.c.household_no).where(RESIDENTS.c.atena_no == subject)
    there = connection.execute(household).scalar_one_or_none()
    return there is None or connection.execute(changed.where(CHANGED.c.unit == there)).first() is not None


def _state(connection: Connection, event: Event) -> Literal["waiting", "overtaken", "included"]:
    as_of = connection.execute(select(AGES.c.as_of).where(AGES.c.register == WORDS[event.kind][0])).scalar_one_or_none()
    if as_of is not None and event.at < instant(as_of):
        return "included"
    family = [kind for kind, of in _FAMILY.items() if of == _FAMILY.get(event.kind)]
    later = select(EVENTS.c.event_no).where(EVENTS.c.subject == event.subject, EVENTS.c.kind.in_(family), EVENTS.c.at > stamp(event.at))
    return "overtaken" if connection.execute(later).first() is not None else "waiting"


def _apply(connection: Connection, event: Event, number: int, now: datetime) -> bool:
    """Whether there is somebody whom it concerns, and it is in force now."""
    return _APPLY[WORDS[event.kind][0]](connection, event, number, now)


def _resident(connection: Connection, event: Event, _number: int, now: datetime) -> bool:
    row = connection.execute(select(RESIDENTS.c.household_no).where(COUNTED, RESIDENTS.c.atena_no == event.subject)).one_or_none()
    if row is None:
        return False
    day = (event.on or event.at.date()).isoformat()
    person = update(RESIDENTS).where(RESIDENTS.c.atena_no == event.subject)
    if event.kind in ("protect", "unprotect"):
        connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.atena_no == event.subject, PROTECTIONS.c.source == "file"))
        if event.kind == "protect":
            values = {"atena_no": event.subject, "source": "file", "level": event.level, "since": day, "until": None, "set_at": stamp(now)}
            connection.execute(insert(PROTECTIONS).values(values))
    elif event.kind in _STANDINGS:
        standing = _STANDINGS[event.kind]
        connection.execute(person.values(standing=standing, standing_since=None if standing == "current" else day))
        _stop_headless(connection, row.household_no, event, now)
    else:
        connection.execute(person.values(character_pending=event.kind == "pending_character"))
    _moved_on(connection, HOUSEHOLDS, HOUSEHOLDS.c.household_no == row.household_no, now)
    return True


def _stop_headless(connection: Connection, household_no: str, event: Event, now: datetime) -> None:
    """A household whose head is gone gets no paper until the data say who the head is."""
    present = select(RESIDENTS.c.relation).where(RESIDENTS.c.household_no == household_no, RESIDENTS.c.standing.in_(("current", "leaving")))
    relations = connection.execute(present).scalars().all()
    if relations and "世帯主" not in relations:
        stop = Suppression(event.at.date(), None, household=True, reason="異動処理中")
        connection.execute(insert(SUPPRESSIONS).values(suppression_row(event.subject, household_no, stop, "file", stamp(now))))


def _koseki(connection: Connection, event: Event, _number: int, now: datetime) -> bool:
    pending = connection.execute(select(KOSEKI.c.pending).where(KOSEKI.c.koseki_no == event.subject)).scalar_one_or_none()
    if pending is None or (event.kind == "koseki_entered" and not pending):
        return False  # an entry before its acceptance waits for it
    count = pending - 1 if event.kind == "koseki_entered" else pending + 1
    connection.execute(update(KOSEKI).where(KOSEKI.c.koseki_no == event.subject).values(pending=count))
    _moved_on(connection, KOSEKI, KOSEKI.c.koseki_no == event.subject, now)
    return True


def _seal(connection: Connection, event: Event, _number: int, now: datetime) -> bool:
    mine = (SEALS.c.atena_no == event.subject) & SEALS.c.cancelled_at.is_(None) & (SEALS.c.registered_on <= event.at.date().isoformat())
    if connection.execute(select(SEALS.c.number).where(mine)).first() is None:
        return False
    _moved_on(connection, SEALS, mine, now)
    connection.execute(update(SEALS).where(mine).values(cancelled_at=instant_text(event.at), cancelled_for=event.reason, cancel_source="file"))
    return True


def _tax(connection: Connection, event: Event, number: int, now: datetime) -> bool:
    person, _, year = event.subject.partition("/")
    connection.execute(delete(HOLDS).where(HOLDS.c.register == "tax", HOLDS.c.unit == event.subject))
    if event.kind == "tax_correction":
        digest = connection.execute(select(UNITS.c.digest).where(UNITS.c.register == "tax", UNITS.c.unit == event.subject)).scalar_one_or_none()
        row = {"register": "tax", "unit": event.subject, "event_no": number, "at": stamp(event.at), "digest": digest}
        connection.execute(insert(HOLDS).values(row))
    _moved_on(connection, RECORDS, (RECORDS.c.atena_no == person) & (RECORDS.c.year == (int(year) if year.isdigit() else 0)), now)
    return True


def _end_holds(connection: Connection, as_of: datetime) -> None:
    """A hold ends with another record than the one that was to be corrected, in data that are newer than the event."""
    for row in connection.execute(select(HOLDS).where(HOLDS.c.register == "tax", HOLDS.c.at < stamp(as_of)).order_by(HOLDS.c.unit)).all():
        now = connection.execute(select(UNITS.c.digest).where(UNITS.c.register == "tax", UNITS.c.unit == row.unit)).scalar_one_or_none()
        if now is not None and now != row.digest:
            connection.execute(delete(HOLDS).where(HOLDS.c.register == "tax", HOLDS.c.unit == row.unit))


def _moved_on(connection: Connection, table: Any, where: Any, now: datetime) -> None:
    """A version that no unit of this register has had."""
    highest = int(connection.execute(select(func.coalesce(func.max(table.c.revision), 0))).scalar_one())
    register = {HOUSEHOLDS.name: "residents", KOSEKI.name: "koseki", SEALS.name: "seal", RECORDS.name: "tax"}[table.name]
    ever = connection.execute(select(AGES.c.revision).where(AGES.c.register == register)).scalar_one_or_none() or 0
    connection.execute(update(table).where(where).values(revision=max(highest, ever) + 1, changed_at=now.isoformat()))


_APPLY: Mapping[str, Callable[[Connection, Event, int, datetime], bool]] = {"residents": _resident, "koseki": _koseki, "seal": _seal, "tax": _tax}
