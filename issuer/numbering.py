"""発行番号: the running numbers of one municipality, and how a number reads on paper.

Decides which number comes next; a number is taken inside the transaction that logs what it was taken for (`issue_log.reserve`), so none is given twice and none
disappears. The place of issue is never part of it (domain facts 4: the parts for terminal and printer stay blank).
"""

from datetime import date

from sqlalchemy import Connection, and_, bindparam, insert, update

from issuer.issue_tables import SERIES

_OF_DAY = and_(SERIES.c.municipality == bindparam("the_municipality"), SERIES.c.day == bindparam("the_day"))
_HOLD = update(SERIES).where(_OF_DAY).values(last=SERIES.c.last)
_BEGIN_DAY = insert(SERIES)
_TAKE = update(SERIES).where(_OF_DAY).values(last=SERIES.c.last + bindparam("how_many")).returning(SERIES.c.last)


def number_text(prefix: str, day: date, running: int) -> str:
    """The 発行番号 without its page part, e.g. 「20261123 みほん市 000011」: date, municipality, running number of the day (domain facts 4)."""
    return f"{day:%Y%m%d} {prefix} {running:06d}"


def hold(connection: Connection, municipality: str, day: date) -> None:
    """Make everybody else who wants a number of this day wait until this transaction ends.

    On a database with several writers, the first two orders of a day may meet in the insert: one of them fails whole, and is repeated under its id.
    """
    if connection.execute(_HOLD, {"the_municipality": municipality, "the_day": day.isoformat()}).rowcount == 0:
        connection.execute(_BEGIN_DAY, {"municipality": municipality, "day": day.isoformat(), "last": 0})


def take(connection: Connection, municipality: str, day: date, count: int) -> range:
    """The next `count` running numbers of a day that is held; the first of a day is 1."""
    last = connection.execute(_TAKE, {"the_municipality": municipality, "the_day": day.isoformat(), "how_many": count}).scalar_one()
    return range(last - count + 1, last + 1)
