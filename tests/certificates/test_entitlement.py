"""Who may have a paper and who may stand on it: the rules as a table, and that what must not be found out cannot be."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from certificates.entitlement import Case, Declined, age_at_least
from certificates.entitlement import entitled as entitled_by
from certificates.entitlement import listable as listable_by
from certificates.issuing import Offered, offer
from certificates.kinds import Kind
from certificates.policy import LeavingBlocks, Policy
from certificates.sources import Sources
from certificates.wareki import JST
from messages.refusals import TABLE, refuse
from registers.residents.resident import Household, Resident
from tests.certificates.people import (
    HANAKO,
    HOUSEHOLD_STOP,
    ICHIRO,
    KEY,
    KIND,
    LAPSED,
    LATER_STOP,
    NOW,
    OLD_STOP,
    POLICY,
    PROTECTED,
    RIN,
    STOP,
    TARO,
    changed,
    household,
)

LEAVING = {"standing": "leaving", "standing_since": date(2026, 11, 20)}
GONE = {"standing": "left", "standing_since": date(2026, 10, 1)}


def entitled(home: Household, holder: Resident, kind: Kind, policy: Policy, now: datetime) -> Declined | None:
    return entitled_by(Case(Sources("v1", holder, home), kind, policy, now))


def listable(home: Household, people: tuple[Resident, ...], names_head: bool, policy: Policy, now: datetime) -> Declined | None:
    case = Case(Sources("v1", people[0], home), KIND, policy, now)
    return listable_by(case, tuple(person.atena_no for person in people), ("relation",) if names_head else ("honseki",))


HOLDER_RULES: tuple[tuple[dict[str, Any], str | None], ...] = (
    ({}, None),
    # a stop: one code for all of them
    ({"protection": PROTECTED["support"]}, "not_issuable"),
    ({"protection": PROTECTED["provisional"]}, "not_issuable"),
    ({"protection": PROTECTED["co_protected"]}, "not_issuable"),
    ({"protection": LAPSED}, "not_issuable"),  # ends only by release
    ({"suppressions": (STOP,)}, "not_issuable"),  # from today on
    ({"suppressions": (OLD_STOP,)}, "not_issuable"),  # ends only by release
    ({"suppressions": (HOUSEHOLD_STOP,)}, "not_issuable"),
    ({"suppressions": (LATER_STOP,)}, None),  # from tomorrow on
    ({"suppressions": (LATER_STOP, OLD_STOP)}, "not_issuable"),  # several may coexist
    ({"character_pending": True}, "not_issuable"),
    # standing
    (GONE, "moved_out"),
    ({"standing": "dead", "standing_since": date(2026, 10, 1)}, "not_registered"),
    ({"standing": "removed", "standing_since": date(2026, 10, 1)}, "not_registered"),
    # age
    ({"birth": "2011-11-23"}, None),  # fifteen today
    ({"birth": "2011-11-24"}, "under_15"),
    ({"birth": "2027-01-01"}, "under_15"),
    ({"birth": "1901-02-29"}, None),
    ({"birth": "昭和２０年月日不詳"}, None),
    ({"birth": "平成２３年１０月頃"}, None),
    ({"birth": "平成２３年１１月頃"}, "under_15"),
    ({"birth": "平成２３年月日不詳"}, "under_15"),
    ({"birth": "年月日不詳"}, "not_issuable"),
    # the card
    ({"card_usable_from": date(2026, 11, 23)}, None),  # handed over yesterday
    ({"card_usable_from": date(2026, 11, 24)}, "not_usable_yet"),  # handed over today
    ({"card_usable_from": None}, None),  # the register names no day: at once
    ({"serial": None}, "not_registered"),
    # a stop goes before everything that would say more about the person
    (GONE | {"protection": PROTECTED["support"]}, "not_issuable"),
    (GONE | {"suppressions": (STOP,)}, "not_issuable"),
    ({"standing": "dead", "standing_since": date(2026, 10, 1), "protection": LAPSED}, "not_issuable"),
    (LEAVING | {"protection": PROTECTED["provisional"]}, "not_issuable"),
    ({"birth": "2020-01-01", "protection": PROTECTED["co_protected"]}, "not_issuable"),
    ({"card_usable_from": date(2026, 11, 24), "protection": PROTECTED["support"]}, "not_issuable"),
    ({"serial": None, "character_pending": True}, "not_issuable"),
)


@pytest.mark.parametrize(("changes", "code"), HOLDER_RULES, ids=str)
def test_each_rule_about_the_holder_has_its_code(changes: dict[str, Any], code: str | None) -> None:
    home, holder = changed(HANAKO, **changes)
    answer = entitled(home, holder, KIND, POLICY, NOW)
    assert (answer.code if isinstance(answer, Declined) else None) == code


LEAVING_RULES: tuple[tuple[LeavingBlocks, str | None, str | None, str | None], ...] = (
    # policy, the leaving person asks, another asks for papers, another lists the leaving person
    ("omit", None, None, None),
    ("person", "moved_out", None, "not_issuable"),
    ("household", "moved_out", "not_issuable", None),
)


@pytest.mark.parametrize(("blocks", "own", "other", "listed"), LEAVING_RULES)
def test_what_a_notice_of_moving_out_stops_is_the_municipalitys_choice(
    blocks: LeavingBlocks, own: str | None, other: str | None, listed: str | None
) -> None:
    policy = replace(POLICY, leaving_blocks=blocks)
    home, leaver = changed(HANAKO, **LEAVING)
    answers = (
        entitled(home, leaver, KIND, policy, NOW),
        entitled(home, TARO, KIND, policy, NOW),
        listable(home, (TARO, leaver), False, policy, NOW),
    )
    assert tuple(answer.code if isinstance(answer, Declined) else None for answer in answers) == (own, other, listed)
    assert listable(home, (TARO,), True, policy, NOW) is None


@pytest.mark.parametrize("changes", [{"protection": PROTECTED["support"]}, {"character_pending": True}, {"suppressions": (STOP,)}], ids=str)
def test_somebody_elses_stop_neither_shortens_the_list_nor_stops_papers_without_them(changes: dict[str, Any]) -> None:
    home, stopped = changed(ICHIRO, **changes)
    assert entitled(home, TARO, KIND, POLICY, NOW) is None
    choices = offer(Sources("v1", TARO, home), KIND, POLICY, KEY, NOW)
    assert isinstance(choices, Offered)
    assert [member.id for member in choices.members] == [member.atena_no for member in (TARO, HANAKO, stopped, RIN)]
    assert listable(home, (TARO, HANAKO), True, POLICY, NOW) is None


LISTED_STOPS: tuple[dict[str, Any], ...] = (
    *({"protection": protection} for protection in PROTECTED.values()),
    {"protection": LAPSED},
    {"suppressions": (STOP,)},
    {"suppressions": (OLD_STOP,)},
    {"character_pending": True},
    {"standing": "removed", "standing_since": date(2026, 10, 1)},
)


@pytest.mark.parametrize("changes", LISTED_STOPS, ids=str)
def test_a_paper_that_lists_a_stopped_person_is_refused_whoever_asks(changes: dict[str, Any]) -> None:
    home, stopped = changed(ICHIRO, **changes)
    for others in ((), (TARO,), (TARO, HANAKO, RIN)):
        answer = listable(home, (*others, stopped), False, POLICY, NOW)
        assert answer is not None
        assert answer.code == "not_issuable"


@pytest.mark.parametrize("changes", LISTED_STOPS[:-1], ids=str)
def test_naming_a_stopped_head_is_like_listing_them(changes: dict[str, Any]) -> None:
    home, _ = changed(TARO, **changes)
    named = listable(home, (HANAKO,), True, POLICY, NOW)
    assert named is not None
    assert named.code == "not_issuable"
    assert listable(home, (HANAKO,), False, POLICY, NOW) is None


@pytest.mark.parametrize("member", [TARO, ICHIRO, RIN], ids=lambda member: member.relation)
def test_a_stop_on_the_household_stops_all_of_it_whoever_carries_it(member: Resident) -> None:
    home, _ = changed(member, suppressions=(HOUSEHOLD_STOP,))
    assert entitled(home, HANAKO, KIND, POLICY, NOW) == Declined("not_issuable", "household suppressed")


@pytest.mark.parametrize("protection", [*PROTECTED.values(), LAPSED], ids=str)
def test_outwardly_a_protected_person_is_refused_exactly_like_a_pending_character(protection: object) -> None:
    def outward(**changes: Any) -> list[object]:
        home, person = changed(HANAKO, **changes)
        answers = [
            entitled(home, person, KIND, POLICY, NOW),
            listable(home, (TARO, person), True, POLICY, NOW),
            entitled(home, TARO, KIND, POLICY, NOW),
        ]
        choices = offer(Sources("v1", TARO, home), KIND, POLICY, KEY, NOW)
        # All that leaves the issuer: the refusal of the code, or the choices.
        return [choices, *(refuse(one.code) if one is not None else None for one in answers)]

    assert outward(protection=protection) == outward(character_pending=True)
    assert refuse("not_issuable").detail == ""


def test_every_code_is_a_row_of_the_table_of_refusals_and_no_reason_names_a_person() -> None:
    codes = {code for _, code in HOLDER_RULES if code} | {"members_invalid", "options_invalid", "register_changed"}
    assert codes <= TABLE.keys()
    for changes, _ in HOLDER_RULES:
        home, holder = changed(HANAKO, **changes)
        answer = entitled(home, holder, KIND, POLICY, NOW)
        if isinstance(answer, Declined):
            assert holder.name not in answer.reason
            assert not any(character.isdigit() for character in answer.reason)


def test_a_holder_of_another_household_is_not_registered_here() -> None:
    stranger = replace(HANAKO, atena_no="0000000099", household_no="0000000009")
    assert entitled(household(), stranger, KIND, POLICY, NOW) == Declined("not_registered", "not a member of the household")
    mixed = household(TARO, replace(HANAKO, household_no="0000000009"))
    assert entitled(mixed, TARO, KIND, POLICY, NOW) == Declined("not_registered", "not a member of the household")


def test_a_holder_read_at_another_instant_than_the_household_gets_nothing() -> None:
    assert entitled(household(), replace(TARO, name="見本　次郎"), KIND, POLICY, NOW) == Declined(
        "register_changed", "holder and household were read at two instants"
    )


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("2008-02-29", 14),
        ("2011-02-28", 12),
        ("1945-02-28", 78),
        ("昭和２０年月日不詳", 77),
        ("昭和２０年２月頃", 77),
        ("昭和２０年１月頃", 78),
        ("昭和２０年から昭和２２年までの間", 75),
        ("昭和２０年４月から６月までの間", 77),
        ("1950年頃", 72),
        ("年月日不詳", None),
        ("不詳", None),
    ],
)
def test_an_uncertain_birth_date_is_read_as_its_latest_day(birth: str, age: int | None) -> None:
    assert age_at_least(birth, date(2023, 2, 28)) == age


def test_a_span_of_months_is_read_as_the_last_of_its_year() -> None:
    assert [age_at_least("昭和２０年４月から６月までの間", date(2023, month, 15)) for month in (5, 7, 12)] == [77, 77, 77]


def test_the_day_turns_in_japan() -> None:
    home, holder = changed(HANAKO, card_usable_from=date(2026, 11, 24))
    assert entitled(home, holder, KIND, POLICY, datetime(2026, 11, 24, 0, 0, tzinfo=JST)) is None
    assert isinstance(entitled(home, holder, KIND, POLICY, datetime(2026, 11, 23, 23, 59, 59, tzinfo=JST)), Declined)
