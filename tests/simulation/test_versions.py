"""Which registers a paper may have been made from, and what happenings make of registers."""

from datetime import date, datetime

import pytest

from registers.population import STORIES, TWELVE, World, make_world
from simulation.truth import happenings
from simulation.truth.elsewhere import entry_elsewhere, former_lines
from simulation.truth.happenings import Happening, Kept
from simulation.truth.versions import KNOWN_WITHIN_SECONDS, Change, versions
from storage.instants import JST

TODAY = date(2026, 11, 2)
GATE = 1000.0


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(7, 80, TODAY, TWELVE, None, STORIES)


@pytest.fixture
def kept(world: World) -> Kept:
    return Kept(world.municipalities[0])


def _standings(kept: Kept, changes: list[Change], number: str) -> set[tuple[str, bool]]:
    found = versions(kept, changes, GATE, GATE, frozenset({number}))
    return {(one.residents[number].standing, one.residents[number].protection is not None) for one in found}


def _change(happening: Happening, number: str, begun_at: float, told_at: float | None) -> Change:
    return Change(happening, begun_at, told_at, frozenset({number}))


def test_what_was_told_for_long_must_be_in_it_what_was_not_begun_cannot_be_and_between_the_two_either_may(kept: Kept) -> None:
    number = kept.population.residents[0].atena_no
    protect = happenings.protected(number, TODAY)
    long_ago = GATE - KNOWN_WITHIN_SECONDS
    assert _standings(kept, [], number) == {("current", False)}
    assert _standings(kept, [_change(protect, number, 0.0, long_ago - 0.1)], number) == {("current", True)}
    assert _standings(kept, [_change(protect, number, 0.0, long_ago)], number) == {("current", True), ("current", False)}
    assert _standings(kept, [_change(protect, number, 0.0, None)], number) == {("current", True), ("current", False)}
    assert _standings(kept, [_change(protect, number, GATE + 0.1, GATE + 0.2)], number) == {("current", False)}


def test_of_several_changes_under_way_any_may_be_in_it_without_the_others(kept: Kept) -> None:
    number = kept.population.residents[0].atena_no
    both = [
        _change(happenings.protected(number, TODAY), number, 990.0, None),
        _change(happenings.stands(number, "leaving", TODAY), number, 995.0, None),
    ]
    assert _standings(kept, both, number) == {(standing, stopped) for standing in ("current", "leaving") for stopped in (True, False)}
    ended = [_change(happenings.protected(number, TODAY), number, 1.0, 2.0), _change(happenings.released(number), number, 3.0, 4.0)]
    assert _standings(kept, ended, number) == {("current", False)}


def test_changes_that_concern_others_make_no_versions(kept: Kept) -> None:
    one, other = (resident.atena_no for resident in kept.population.residents[:2])
    changes = [_change(happenings.protected(other, TODAY), other, 1.0, None)]
    assert len(list(versions(kept, changes, GATE, GATE, frozenset({one})))) == 1


def test_many_changes_at_once_are_looked_at_in_their_order_alone(kept: Kept) -> None:
    number = kept.population.residents[0].atena_no
    changes = [_change(happenings.pending(number, waits=at % 2 == 0), number, 990.0 + at, None) for at in range(9)]
    assert len(list(versions(kept, changes, GATE, GATE, frozenset({number})))) == 10


def test_who_goes_is_no_longer_among_the_people_of_the_household(kept: Kept) -> None:
    home = next(home for home in kept.population.households if len(home.members) > 2)
    member = home.members[-1].atena_no
    after = happenings.stands(member, "dead", TODAY)(kept)
    assert [one.atena_no for one in _home(after, home.household_no)] == [one.atena_no for one in home.members[:-1]]
    leaving = happenings.stands(member, "leaving", TODAY)(kept)
    assert [one.standing for one in _home(leaving, home.household_no)][-1] == "leaving"
    assert kept.population.households == Kept(kept.population).population.households, "what was kept before stays as it was"


def _home(kept: Kept, number: str) -> tuple[happenings.Resident, ...]:
    members: tuple[happenings.Resident, ...] = next(home.members for home in kept.population.households if home.household_no == number)
    return members


def test_figures_wait_until_they_are_corrected(kept: Kept) -> None:
    record = kept.population.tax[0]
    waiting = happenings.held(record.atena_no, record.year)(kept)
    assert waiting.held == {(record.atena_no, record.year)}
    assert happenings.corrected(record)(waiting).held == frozenset()


def test_a_certificate_a_character_and_a_notification_change_one_line_each(kept: Kept) -> None:
    number, koseki = kept.population.residents[0].atena_no, kept.population.koseki[0].koseki_no
    assert happenings.renewed(number, "1f")(kept).population.residents[0].serial == "1f"
    assert happenings.pending(number, waits=True)(kept).population.residents[0].character_pending
    assert happenings.notified(koseki, waits=True)(kept).population.koseki[0].change_pending
    assert happenings.notified(koseki, waits=True)(kept).population.koseki[1:] == kept.population.koseki[1:]
    at = datetime(2026, 11, 2, 9, tzinfo=JST)
    assert happenings.seal_ended(number, at)(kept).population.seals == (), "nobody carved any here"


def test_people_of_the_stories_are_known_where_they_lived_and_where_their_family_is_kept(world: World) -> None:
    populations = world.municipalities
    people = {one.name: (population.city.code, one) for population in populations for one in population.residents if one.standing == "current"}
    code, mover = people["川上　翔"]
    (former,) = former_lines(populations, code, mover)
    assert former.municipality == "992020" and 2026 in former.years
    line = next(one for one in world.of("992020").residents if one.atena_no == former.atena_no)
    assert (line.name, line.standing, line.juminhyo_code) == (mover.name, "left", mover.juminhyo_code)
    code, applicant = people["前田　修"]
    entry = entry_elsewhere(populations, code, applicant)
    assert entry is not None and entry.municipality == "992020"
    at_home = next(one for one in world.municipalities[0].residents if one.standing == "current" and not former_lines(populations, "992011", one))
    assert former_lines(populations, "992011", at_home) == ()
