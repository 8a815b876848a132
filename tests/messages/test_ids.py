from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from messages.ids import time_ordered_id

NOW = datetime(2026, 11, 2, 9, 30, 15, 123000, tzinfo=timezone(timedelta(hours=9)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)), st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7_that_holds_its_millisecond_and_all_the_chance_that_fits(at: datetime, chance: bytes) -> None:
    made = UUID(hex=time_ordered_id(at, lambda size: chance[:size]))
    assert made.version == 7 and made.variant == RFC_4122
    assert made.int >> 80 == int(at.timestamp() * 1000)
    kept = (made.int >> 64 & 0xFFF) << 62 | made.int & (1 << 62) - 1
    assert kept == int.from_bytes(chance, "big") & (1 << 74) - 1


def test_an_id_is_32_characters_of_lower_case_hex() -> None:
    made = time_ordered_id(NOW, lambda size: b"\xff" * size)
    assert len(made) == 32 and made == made.lower() and "-" not in made


def test_later_ids_sort_behind_earlier_ones_whatever_chance_says() -> None:
    earlier = time_ordered_id(NOW, lambda size: b"\xff" * size)
    later = time_ordered_id(NOW + timedelta(milliseconds=1), lambda size: b"\x00" * size)
    assert earlier < later


def test_two_ids_of_one_millisecond_differ_by_their_chance() -> None:
    streams = iter(range(1000))
    made = {time_ordered_id(NOW, lambda size: next(streams).to_bytes(size, "big")) for _ in range(1000)}
    assert len(made) == 1000


def test_an_id_says_nothing_of_the_time_zone() -> None:
    assert time_ordered_id(NOW, bytes) == time_ordered_id(NOW.astimezone(UTC), bytes)
