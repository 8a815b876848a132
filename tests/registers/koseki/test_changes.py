"""What a clerk records in the family register."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine

from registers.koseki.changes import (
    ChangeRefused,
    Entering,
    Lived,
    add_address,
    announce,
    bind_serial,
    link_resident,
    make_koseki,
    open_koseki,
    protect,
    protection_of,
    record_adoption,
    record_adoption_out,
    record_birth,
    record_death,
    record_divorce,
    record_marriage_in,
    record_marriage_out,
    record_return,
    record_tenseki,
    record_tenseki_within,
    release,
    release_stop,
    set_family_kana,
    set_kana,
    stops_of,
    suppress,
    unbind_serial,
    withdraw,
)
from registers.koseki.entries import Forwarded, birth, koseki_reference, tenseki_in
from registers.koseki.fuhyo import FuhyoAddress
from registers.koseki.tables import (
    METADATA,
    find_person,
    fuhyo_by_no,
    koseki_by_no,
    koseki_of_person_linked_to,
    koseki_of_usage_registration,
    koseki_version,
    load,
    person_of_serial,
)
from registers.residents import changes as resident_changes
from registers.residents import tables as resident_tables
from registers.residents.households import assembled
from registers.residents.resident import Protection
from tests.registers.koseki.families import HITTOUSHA, HONSEKI, family, fuhyo_of, member, number
from tests.registers.people import ADDRESS, LATER, NOW, atena, juminhyo_code, person

DAY = NOW.date()
FAMILY, OTHERS = family(), family(20)
HUSBAND, WIFE, CHILD, GONE = (one.person_no for one in FAMILY.members)
NO, OTHER_NO, NEW_NO = FAMILY.koseki_no, OTHERS.koseki_no, number(50)
SUPPORT = Protection("support", date(2026, 1, 1), date(2026, 12, 31))
LIVED = Lived(juminhyo_code(60), (FuhyoAddress("見本県みほん市栄町５番", "2026-11-01"),))
PARENTS = koseki_reference(HONSEKI, HITTOUSHA)
SENT = Forwarded(DAY, "例示県ためし市長")


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as opened:
        load(opened, [FAMILY, OTHERS], [fuhyo_of(FAMILY), fuhyo_of(OTHERS)], now=NOW)
        yield opened
    engine.dispose()


def refused(change, *args, **kwargs):
    with pytest.raises(ChangeRefused) as caught:
        change(*args, **kwargs)
    return caught.value.problem


def koseki(connection, koseki_no=NO):
    return koseki_by_no(connection, koseki_no)


def rows(entry):
    return dict(entry.rows)


def newborn(**changes):
    return member(60, birth="2026-11-10", sex="女", relation="長女", entries=(), **changes)


def bear(connection, koseki_no=NO, **changes):
    told = {"place": "見本県みほん市", "notified_on": DAY, "lived": LIVED, "now": LATER} | changes
    record_birth(connection, koseki_no, newborn(), **told)


def bride(digits=61, came_from=None, **changes):
    her = member(
        digits, given_name="梅", birth="1996-01-01", sex="女", relation="長女", entries=(birth("1996-01-01", "例示県ためし市", DAY),), **changes
    )
    return Entering(her, "例示　梅", koseki_reference("例示県ためし市２番", "例示　太郎"), LIVED, came_from)


def groom(digits=62, came_from=None, **changes):
    return Entering(member(digits, given_name="次", **changes), "見本　次", PARENTS, LIVED, came_from)


def marry_out(connection, who=CHILD, **changes):
    told = {"married_on": DAY, "spouse": "例示　梅", "takes": "夫の氏", "new_honseki": "見本県みほん市栄町５番", "now": LATER}
    record_marriage_out(connection, who, **(told | changes))


def found(connection, couple=None, **changes):
    told = {"honseki": "見本県みほん市栄町５番", "family_name": "見本", "married_on": DAY, "now": LATER} | changes
    make_koseki(connection, NEW_NO, couple or (groom(), bride()), **told)


def die(connection, who=HUSBAND, **changes):
    told = {"died": "2026-11-20", "at": "午後８時３０分", "place": "見本県みほん市", "notified_on": DAY, "notifier": "親族　見本花子", "now": LATER}
    record_death(connection, who, **(told | changes))


def divorce(connection, **changes):
    record_divorce(connection, WIFE, **({"divorced_on": DAY, "returned_to": PARENTS, "now": LATER} | changes))


def adopt(connection, parents=(HUSBAND, WIFE), **changes):
    record_adoption(connection, NO, bride(**changes), parents, adopted_on=DAY, now=LATER)


CHANGES = {
    "birth": bear,
    "marriage out": marry_out,
    "death": die,
    "divorce": divorce,
    "return": lambda c: record_return(c, NO, bride(), divorced_on=DAY, spouse="試験　次郎", now=LATER),
    "adoption": adopt,
    "adoption out": lambda c: record_adoption_out(c, CHILD, adopted_on=DAY, father="例示　太郎", mother=None, entered=PARENTS, now=LATER),
    "tenseki": lambda c: record_tenseki(c, NO, on=DAY, new_honseki="例示県ためし市１番", now=LATER),
    "tenseki within": lambda c: record_tenseki_within(c, NO, on=DAY, new_honseki="見本県みほん市栄町５番", now=LATER),
    "address": lambda c: add_address(c, CHILD, FuhyoAddress("例示県ためし市３番", "2026-11-01"), now=LATER),
    "announce": lambda c: announce(c, NO, now=LATER),
    "protect": lambda c: protect(c, CHILD, SUPPORT, now=LATER),
    "release": lambda c: release(c, CHILD, now=LATER),
    "suppress": lambda c: suppress(c, CHILD, since=DAY, until=None, reason="本人の申出", now=LATER),
    "reading": lambda c: set_kana(c, WIFE, "ハナコ", DAY, now=LATER),
    "family reading": lambda c: set_family_kana(c, NO, "ミモト", DAY, now=LATER),
    "link": lambda c: link_resident(c, CHILD, None, now=LATER),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_gives_the_koseki_a_new_version_and_no_other(connection, name):
    before, other = koseki(connection), koseki(connection, OTHER_NO)
    CHANGES[name](connection)
    assert koseki(connection).version not in (before.version, other.version)
    assert koseki_version(connection, NO) == koseki(connection).version
    assert koseki(connection, OTHER_NO) == other


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in ("protect", "release", "suppress")])
def test_what_is_not_current_is_never_changed(connection, name):
    record_tenseki(connection, NO, on=DAY, new_honseki="例示県ためし市１番", now=NOW)
    before = koseki(connection)
    assert refused(CHANGES[name], connection) == "not_current"
    assert koseki(connection) == before


def test_every_state_has_a_version_of_its_own(connection):
    seen = {koseki_version(connection, no) for no in (NO, OTHER_NO)}
    assert len(seen) == 1  # loaded together
    for turn in range(3):
        for no in (NO, OTHER_NO):
            announce(connection, no, now=NOW + timedelta(minutes=turn))
            seen.add(koseki_version(connection, no))
    assert len(seen) == 7


def test_a_child_is_born_into_koseki_and_fuhyo(connection):
    bear(connection)
    child, line = koseki(connection).members[-1], fuhyo_by_no(connection, NO).people[-1]
    (entry,) = child.entries
    assert (entry.title, rows(entry)) == (
        "出生",
        {"出生日": "2026-11-10", "出生地": "見本県みほん市", "届出日": DAY.isoformat(), "届出人": "父"},
    )
    assert (line.person_no, line.name, line.birth, line.addresses) == (child.person_no, "見本　60太", "2026-11-10", LIVED.addresses)


def test_a_fuhyo_takes_up_everybody_who_enters(connection):
    assert refused(bear, connection, lived=None) == "fuhyo_required"
    load(connection, [family(40)], [], now=NOW)
    assert refused(bear, connection, number(49)) == "no_fuhyo"
    bear(connection, number(49), lived=None)


def test_a_person_number_is_given_once(connection):
    bear(connection)
    assert refused(bear, connection) == "number_taken"
    assert refused(bear, connection, OTHER_NO) == "number_taken"


def test_who_marries_out_is_removed_and_stays_on_the_paper_marked(connection):
    marry_out(connection)
    child = koseki(connection).member(CHILD)
    assert child.removed_on == DAY
    assert fuhyo_by_no(connection, NO).person(CHILD).removed_on == DAY
    assert rows(child.entries[-1]) == {"婚姻日": DAY.isoformat(), "配偶者氏名": "例示　梅", "新本籍": "見本県みほん市栄町５番", "称する氏": "夫の氏"}
    assert koseki(connection).standing == "current"
    assert refused(marry_out, connection) == "already_removed"
    assert refused(marry_out, connection, WIFE) == "already_married"


def test_a_forwarded_marriage_removes_on_the_day_it_came(connection):
    marry_out(connection, married_on=date(2026, 11, 1), forwarded=SENT)
    assert koseki(connection).member(CHILD).removed_on == DAY


def test_who_marries_goes_to_one_place(connection):
    with pytest.raises(ValueError, match="either"):
        marry_out(connection, entered=PARENTS)
    marry_out(connection, new_honseki=None, entered=PARENTS)
    assert rows(koseki(connection).member(CHILD).entries[-1])["入籍戸籍"] == PARENTS


def test_a_marriage_makes_a_koseki_with_both_and_their_fuhyo(connection):
    found(connection, family_name_kana=("ミホン", date(2026, 6, 1)))
    made, fuhyo = koseki(connection, NEW_NO), fuhyo_by_no(connection, NEW_NO)
    assert (made.hittousha, made.family_name_kana, made.standing) == ("見本　次", "ミホン", "current")
    assert [(entry.title, rows(entry)) for entry in made.entries] == [("戸籍編製", {"編製日": DAY.isoformat()})]
    assert [one.spouse for one in made.members] == ["夫", "妻"]
    assert [one.entries[-1].rows[1:] for one in made.members] == [
        (("配偶者氏名", "例示　梅"), ("従前戸籍", PARENTS)),
        (("配偶者氏名", "見本　次"), ("従前戸籍", "例示県ためし市２番　例示　太郎")),
    ]
    assert [one.entries[0].title for one in made.members] == ["出生", "出生"]
    assert ([one.name for one in fuhyo.people], fuhyo.made_on) == (["見本　次", "見本　梅"], DAY)


def test_a_wife_may_be_the_first_of_a_koseki(connection):
    found(connection, (bride(), groom()), family_name="例示")
    made = koseki(connection, NEW_NO)
    assert (made.hittousha, [one.spouse for one in made.members]) == ("例示　梅", ["妻", "夫"])


def test_a_koseki_number_is_given_once_and_a_refusal_changes_nothing(connection):
    found(connection)
    made = koseki(connection, NEW_NO)
    assert refused(found, connection, (groom(63), bride(64))) == "number_taken"
    assert koseki(connection, NEW_NO) == made
    assert find_person(connection, number(63)) is None
    assert refused(found, connection, honseki=" ") == "honseki_empty"
    assert refused(found, connection, (groom(), replace(bride(), lived=None))) == "fuhyo_required"


def test_a_protection_goes_with_the_person_into_the_new_koseki_and_stays_in_the_old(connection):
    protect(connection, CHILD, SUPPORT, now=NOW)
    suppress(connection, CHILD, since=DAY, until=None, reason="本人の申出", now=NOW)
    marry_out(connection)
    found(connection, (groom(came_from=CHILD), bride()))
    for listed in (koseki(connection).member(CHILD), koseki(connection, NEW_NO).members[0], fuhyo_by_no(connection, NEW_NO).people[0]):
        assert listed.protection == SUPPORT
        assert [stop.reason for stop in listed.suppressions] == ["本人の申出"]
    assert koseki(connection, NEW_NO).members[1].protection is None


@pytest.mark.parametrize("way", ["adoption", "return", "marriage in"])
def test_a_protection_goes_along_whatever_the_way(connection, way):
    protect(connection, OTHERS.members[2].person_no, SUPPORT, now=NOW)
    her = bride(came_from=OTHERS.members[2].person_no)
    if way == "adoption":
        record_adoption(connection, NO, her, (HUSBAND,), adopted_on=DAY, now=LATER)
    elif way == "return":
        record_return(connection, NO, her, divorced_on=DAY, spouse="試験　次郎", now=LATER)
    else:
        divorce(connection)
        record_marriage_in(connection, NO, her, married_on=DAY, now=LATER)
    assert koseki(connection).members[-1].protection == SUPPORT


def test_a_protection_that_comes_with_the_person_is_set_here(connection):
    record_birth(connection, NO, newborn(protection=SUPPORT), place="見本県みほん市", notified_on=DAY, lived=LIVED, now=LATER)
    found(connection, (groom(protection=SUPPORT), bride()))
    assert koseki(connection).members[-1].protection == koseki(connection, NEW_NO).members[0].protection == SUPPORT
    release(connection, number(60), now=LATER)
    assert koseki(connection).members[-1].protection is None


def test_somebody_marries_into_the_koseki_of_its_unmarried_head(connection):
    assert refused(record_marriage_in, connection, NO, bride(), married_on=DAY, now=LATER) == "already_married"
    divorce(connection)
    record_marriage_in(connection, NO, bride(), married_on=DAY, now=LATER)
    head, *_, wife = koseki(connection).members
    assert (head.spouse, wife.spouse) == ("夫", "妻")
    assert rows(head.entries[-1]) == {"婚姻日": DAY.isoformat(), "配偶者氏名": "例示　梅"}
    assert rows(wife.entries[-1])["配偶者氏名"] == HITTOUSHA
    assert rows(wife.entries[-1])["従前戸籍"].startswith("例示県ためし市")


def test_the_dead_are_removed_and_who_is_left_is_married_no_more(connection):
    die(connection)
    husband, wife = koseki(connection).members[:2]
    assert husband.removed_on == DAY
    assert rows(husband.entries[-1]) == {
        "死亡日": "2026-11-20", "死亡時分": "午後８時３０分", "死亡地": "見本県みほん市", "届出日": DAY.isoformat(), "届出人": "親族　見本花子",
    }  # fmt: skip
    assert (wife.spouse, wife.removed_on) == (None, None)
    assert (wife.entries[-1].title, rows(wife.entries[-1])) == ("配偶者の死亡", {"配偶者の死亡日": "2026-11-20"})
    assert koseki(connection).hittousha == HITTOUSHA


def test_a_child_that_dies_leaves_the_couple_married(connection):
    die(connection, CHILD, died="年月日不詳", at=None)
    assert [one.spouse for one in koseki(connection).members[:2]] == ["夫", "妻"]
    assert refused(die, connection, died="きのう") == "since_form"


def test_a_koseki_that_everybody_has_left_becomes_a_removed_one(connection):
    for who in (HUSBAND, WIFE, CHILD):
        assert koseki(connection).standing == "current"
        die(connection, who)
    left = koseki(connection)
    assert (left.standing, left.entries[-1].title, rows(left.entries[-1])) == ("removed", "戸籍消除", {"消除日": DAY.isoformat()})


def test_a_divorce_removes_who_came_and_leaves_the_head(connection):
    divorce(connection)
    husband, wife = koseki(connection).members[:2]
    assert (husband.spouse, husband.removed_on, wife.removed_on) == (None, None, DAY)
    assert rows(husband.entries[-1]) == {"離婚日": DAY.isoformat(), "配偶者氏名": "見本　花子"}
    assert rows(wife.entries[-1]) == {"離婚日": DAY.isoformat(), "配偶者氏名": HITTOUSHA, "入籍戸籍": PARENTS}
    assert refused(divorce, connection) == "already_removed"


def test_a_divorce_needs_a_couple_and_leaves_its_head(connection):
    assert refused(record_divorce, connection, HUSBAND, divorced_on=DAY, returned_to=PARENTS, now=LATER) == "hittousha_stays"
    assert refused(record_divorce, connection, CHILD, divorced_on=DAY, returned_to=PARENTS, now=LATER) == "not_married"


def test_a_divorced_child_comes_back(connection):
    CHANGES["return"](connection)
    back = koseki(connection).members[-1]
    assert back.spouse is None
    assert rows(back.entries[-1]) == {"離婚日": DAY.isoformat(), "配偶者氏名": "試験　次郎", "従前戸籍": "例示県ためし市２番　例示　太郎"}


def test_an_adoption_is_written_on_the_child_and_on_both_parents(connection):
    adopt(connection)
    husband, wife, *_, child = koseki(connection).members
    assert (child.adoptive_father, child.adoptive_mother) == ("見本　一郎", "見本　花子")
    assert list(rows(child.entries[-1])) == ["縁組日", "養父氏名", "養母氏名", "従前戸籍"]
    assert [rows(one.entries[-1])["共同縁組者"] for one in (husband, wife)] == ["妻", "夫"]
    assert all(rows(one.entries[-1])["養子氏名"] == "例示　梅" for one in (husband, wife))


@pytest.mark.parametrize("way", ["adoption", "marriage in", "birth", "new koseki"])
def test_a_refused_change_leaves_everything_as_it_was(connection, way):
    divorce(connection)
    before, fuhyo = koseki(connection), fuhyo_by_no(connection, NO)
    for her, problem in (
        (bride(came_from=number(99)), "no_such_person"),
        (replace(bride(), lived=None), "fuhyo_required"),
        (bride(3), "number_taken"),
    ):
        if way == "adoption":
            assert refused(record_adoption, connection, NO, her, (HUSBAND,), adopted_on=DAY, now=LATER) == problem
        elif way == "marriage in":
            assert refused(record_marriage_in, connection, NO, her, married_on=DAY, now=LATER) == problem
        elif way == "new koseki":
            assert refused(found, connection, (groom(), her)) == problem
            assert koseki(connection, NEW_NO) is None
        else:
            assert refused(bear, connection, lived=None) == "fuhyo_required"
    assert (koseki(connection), fuhyo_by_no(connection, NO)) == (before, fuhyo)


def test_one_parent_may_adopt_alone_but_no_two_of_one_sex_and_no_stranger(connection):
    adopt(connection, (WIFE,))
    child = koseki(connection).members[-1]
    assert (child.adoptive_father, child.adoptive_mother) == (None, "見本　花子")
    assert "共同縁組者" not in rows(koseki(connection).members[1].entries[-1])
    for parents in ((HUSBAND, CHILD), (GONE,), (number(99),), ()):
        assert refused(adopt, connection, parents, digits=70) == "no_parent"


def test_who_is_adopted_away_is_removed(connection):
    CHANGES["adoption out"](connection)
    child = koseki(connection).member(CHILD)
    assert (child.removed_on, list(rows(child.entries[-1]))) == (DAY, ["縁組日", "養父氏名", "入籍戸籍"])


def test_a_koseki_that_moves_away_is_removed_whole(connection):
    link_as_resident(connection)
    bind_serial(connection, "abc", CHILD, since=DAY)
    CHANGES["tenseki"](connection)
    left = koseki(connection)
    assert (left.standing, rows(left.entries[-1])) == ("removed", {"転籍日": DAY.isoformat(), "新本籍": "例示県ためし市１番"})
    assert [one.removed_on for one in left.members] == [one.removed_on for one in FAMILY.members]
    assert koseki_of_person_linked_to(connection, atena(1)) is None
    assert person_of_serial(connection, "abc", DAY) is None


def test_a_koseki_that_moves_within_goes_on(connection):
    CHANGES["tenseki within"](connection)
    here = koseki(connection)
    assert (here.honseki, here.standing, fuhyo_by_no(connection, NO).honseki) == ("見本県みほん市栄町５番", "current", "見本県みほん市栄町５番")
    assert rows(here.entries[-1]) == {"転籍日": DAY.isoformat(), "従前本籍": HONSEKI}
    assert refused(record_tenseki_within, connection, NO, on=DAY, new_honseki=" ", now=LATER) == "honseki_empty"


def test_a_koseki_that_comes_from_elsewhere_is_opened_as_it_is(connection):
    came = replace(family(30), entries=(tenseki_in(DAY, "例示県ためし市１番"),), members=family(30).members[:3])
    open_koseki(connection, came, [LIVED] * 3, made_on=DAY, came_from=[None] * 3, now=LATER)
    assert koseki(connection, came.koseki_no) == replace(came, version=koseki_version(connection, came.koseki_no))


def test_an_address_is_where_the_person_lives_from_now_on(connection):
    add_address(connection, CHILD, FuhyoAddress("例示県ためし市３番", "2026-11-01"), now=LATER)
    assert [one.since for one in fuhyo_by_no(connection, NO).person(CHILD).addresses] == ["2004-02-14", "2010-04-01", "2026-11-01"]
    for address, problem in (
        (FuhyoAddress(" ", "2026-11-02"), "address_empty"),
        (FuhyoAddress("例示県", "11月"), "since_form"),
        (FuhyoAddress("例示県", "2026-10-31"), "since_before_last"),
    ):
        assert refused(add_address, connection, CHILD, address, now=LATER) == problem
    assert refused(add_address, connection, GONE, FuhyoAddress("例示県", "2026-12-01"), now=LATER) == "already_removed"


def test_nothing_is_issued_until_every_announced_notification_is_entered(connection):
    announce(connection, NO, now=NOW)
    announce(connection, NO, now=NOW)
    withdraw(connection, NO, now=LATER)
    assert koseki(connection).change_pending
    withdraw(connection, NO, now=LATER)
    assert not koseki(connection).change_pending
    assert refused(withdraw, connection, NO, now=LATER) == "nothing_pending"


def test_a_pending_change_that_was_loaded_can_be_withdrawn(connection):
    load(connection, [replace(family(30), change_pending=True)], [], now=NOW)
    assert koseki(connection, number(39)).change_pending
    withdraw(connection, number(39), now=LATER)
    assert not koseki(connection, number(39)).change_pending


def test_readings_are_set_with_their_day(connection):
    set_kana(connection, WIFE, "ハナコ", date(2026, 6, 3), now=LATER)
    set_family_kana(connection, NO, "ミモト", date(2026, 6, 4), now=LATER)
    here = koseki(connection)
    assert (here.members[1].given_name_kana, here.members[1].kana_recorded_on) == ("ハナコ", date(2026, 6, 3))
    assert (here.family_name_kana, here.family_name_kana_recorded_on) == ("ミモト", date(2026, 6, 4))
    assert refused(set_kana, connection, WIFE, "はなこ", DAY, now=LATER) == "kana_form"
    assert refused(set_family_kana, connection, NO, "ミモト", date(2025, 5, 25), now=LATER) == "kana_before_law"


def test_a_protection_does_not_end_by_itself_and_is_released_by_hand(connection):
    protect(connection, CHILD, Protection("support", date(2020, 4, 1), date(2021, 3, 31)), now=NOW)
    assert koseki(connection).member(CHILD).protection.until == date(2021, 3, 31)
    protect(connection, CHILD, SUPPORT, now=NOW)
    assert koseki(connection).member(CHILD).protection == SUPPORT
    release(connection, CHILD, now=LATER)
    assert koseki(connection).member(CHILD).protection is None
    assert refused(protect, connection, CHILD, Protection("support", DAY, DAY - timedelta(days=1)), now=LATER) == "until_before_since"


def test_this_registers_own_protection_is_the_clerks_before_the_files_and_no_other_registers(connection):
    of_file, of_clerk = Protection("support", date(2026, 4, 1), None), Protection("provisional", date(2026, 5, 1), None)
    other = family(300)
    protected = replace(other.members[0], protection=of_file)
    load(connection, [replace(other, members=(protected, *other.members[1:]))], [], now=NOW)
    assert protection_of(connection, number(301)) == of_file
    protect(connection, number(301), of_clerk, now=NOW)
    assert protection_of(connection, number(301)) == of_clerk
    release(connection, number(301), now=NOW)
    assert protection_of(connection, number(301)) is None and protection_of(connection, number(302)) is None
    with pytest.raises(ChangeRefused, match="no_such_person"):
        protection_of(connection, number(999))


def test_a_removed_person_who_still_stands_on_the_paper_can_be_protected(connection):
    protect(connection, GONE, SUPPORT, now=NOW)
    assert koseki(connection).member(GONE).protection == SUPPORT


def test_a_stop_is_in_force_until_released_once(connection):
    made = suppress(connection, CHILD, since=date(2020, 1, 1), until=date(2020, 2, 1), reason=" 本人の申出 ", now=NOW)
    (stop,) = stops_of(connection, CHILD)
    assert (stop.number, stop.stop.reason, stop.source, stop.set_at) == (made, "本人の申出", "clerk", NOW)
    assert koseki(connection).member(CHILD).suppressions == (stop.stop,)
    release_stop(connection, made, now=LATER)
    assert koseki(connection).member(CHILD).suppressions == stops_of(connection, CHILD) == ()
    assert refused(release_stop, connection, made, now=LATER) == "already_released"
    assert refused(release_stop, connection, 999, now=LATER) == "no_such_stop"


@pytest.mark.parametrize("reason", ["", "  ", "a;b", "a\nb", "長" * 101])
def test_a_reason_is_a_short_line(connection, reason):
    assert refused(suppress, connection, CHILD, since=DAY, until=None, reason=reason, now=NOW) == "reason_form"


def test_a_stop_cannot_end_before_it_begins(connection):
    assert refused(suppress, connection, CHILD, since=DAY, until=DAY - timedelta(days=1), reason="確認", now=NOW) == "until_before_since"


def resident_of(index, **changes):
    one = FAMILY.members[index]
    return person(index + 1, "世帯主", household=index + 1, birth=one.birth, sex=one.sex, **changes)


def link_as_resident(connection, index=0, **changes):
    living = resident_of(index, **changes)
    resident_tables.load(connection, *assembled([living], [ADDRESS]), now=NOW)
    link_resident(connection, FAMILY.members[index].person_no, living.atena_no, now=NOW)
    return living


def test_a_linked_resident_finds_the_koseki(connection):
    living = link_as_resident(connection)
    assert koseki_of_person_linked_to(connection, living.atena_no)[2] == HUSBAND
    link_resident(connection, HUSBAND, None, now=LATER)
    assert koseki_of_person_linked_to(connection, living.atena_no) is None


def test_a_link_is_made_to_the_same_person_only_and_once(connection):
    living = link_as_resident(connection)
    assert refused(link_resident, connection, WIFE, living.atena_no, now=LATER) == "not_same_person"
    assert refused(link_resident, connection, CHILD, atena(99), now=LATER) == "not_same_person"
    assert refused(link_resident, connection, OTHERS.members[0].person_no, living.atena_no, now=LATER) == "atena_taken"


def test_what_lay_on_the_resident_stays_when_the_link_ends(connection):
    living = link_as_resident(connection)
    resident_changes.set_protection(connection, living.atena_no, SUPPORT, now=NOW)
    resident_changes.suppress(connection, living.atena_no, since=DAY, until=None, household=False, reason="本人の申出", now=NOW)
    link_resident(connection, HUSBAND, None, now=LATER)
    husband = koseki(connection).members[0]
    assert (husband.atena_no, husband.protection, len(husband.suppressions)) == (None, SUPPORT, 1)


def test_a_certificate_leads_to_one_person(connection):
    bind_serial(connection, "abc", CHILD, since=DAY)
    living = link_as_resident(connection)
    assert refused(bind_serial, connection, "abc", WIFE, since=DAY) == "serial_taken"
    assert refused(bind_serial, connection, living.serial, WIFE, since=DAY) == "serial_taken"
    assert refused(bind_serial, connection, "0A", WIFE, since=DAY) == "serial_form"
    assert refused(bind_serial, connection, "abd", GONE, since=DAY) == "already_removed"
    unbind_serial(connection, "abc", now=LATER)
    bind_serial(connection, "abc", WIFE, since=DAY)
    assert person_of_serial(connection, "abc", DAY) == WIFE
    assert refused(unbind_serial, connection, "fff", now=LATER) == "no_such_registration"


def test_who_moved_away_may_register_the_certificate_they_had_as_a_resident(connection):
    living = link_as_resident(connection, standing="left", standing_since=DAY)
    bind_serial(connection, living.serial, HUSBAND, since=DAY)
    assert koseki_of_usage_registration(connection, living.serial, DAY)[2] == HUSBAND


def test_a_renewed_certificate_takes_the_place_of_the_old(connection):
    bind_serial(connection, "abc", CHILD, since=date(2026, 1, 1))
    bind_serial(connection, "abd", CHILD, since=DAY)
    assert [person_of_serial(connection, serial, DAY) for serial in ("abc", "abd")] == [None, CHILD]


@pytest.mark.parametrize("change", [marry_out, CHANGES["adoption out"], lambda c: die(c, CHILD)])
def test_a_registration_ends_with_the_persons_removal(connection, change):
    bind_serial(connection, "abc", CHILD, since=date(2026, 1, 1))
    change(connection)
    assert person_of_serial(connection, "abc", DAY) is None


def test_nothing_is_done_for_somebody_who_is_not_there(connection):
    assert refused(protect, connection, number(99), SUPPORT, now=NOW) == "no_such_person"
    assert refused(die, connection, number(99)) == "no_such_person"
    assert refused(announce, connection, number(99), now=NOW) == "no_such_koseki"
