"""What the entries of a family register say, and which of them take a person out."""

from datetime import date

import pytest

from registers.koseki import entries
from registers.koseki.entries import Forwarded, takes_out

DAY, CAME = date(2020, 4, 1), date(2020, 4, 6)
SENT = Forwarded(CAME, "例示県ためし市長")
PARENTS = entries.koseki_reference("見本県みほん市本町一丁目２番", "見本　一郎")
OUT = {
    "married away": entries.marriage_out(DAY, "例示　花", "見本県みほん市栄町１番", "夫の氏"),
    "into the spouse's": entries.marriage_into_spouses(DAY, "例示　花", PARENTS, "夫の氏"),
    "divorced": entries.divorce_out(DAY, "例示　花", returned_to=PARENTS),
    "divorced into a new one": entries.divorce_out(DAY, "例示　花", new_honseki="見本県みほん市栄町１番"),
    "adopted": entries.adoption_out(DAY, "例示　太郎", None, PARENTS),
    "dead": entries.death("2020-04-01", None, "見本県みほん市", DAY, "親族　例示花"),
}
STAYS = {
    "born": entries.birth("2020-04-01", "見本県みほん市", DAY),
    "married": entries.marriage(DAY, "例示　花", previous=PARENTS),
    "left by the spouse": entries.divorce(DAY, "例示　花"),
    "came back": entries.divorce(DAY, "例示　花", previous=PARENTS),
    "taken in": entries.adoption(DAY, "例示　太郎", "例示　花", previous=PARENTS),
    "adopting": entries.adoption_by(DAY, "例示　太郎", together_with="妻", childs_previous=PARENTS),
    "widowed": entries.spouse_death("2020-04-01", DAY),
}


@pytest.mark.parametrize("entry", OUT.values(), ids=OUT.keys())
def test_who_is_led_elsewhere_or_dies_leaves_the_koseki(entry):
    assert takes_out(entry)


@pytest.mark.parametrize("entry", STAYS.values(), ids=STAYS.keys())
def test_what_happens_to_who_stays_takes_nobody_out(entry):
    assert not takes_out(entry)


def test_a_birth_says_day_place_and_who_notified_it():
    entry = entries.birth("2020-03-29", "見本県みほん市", DAY, "母")
    assert entry.title == "出生"
    assert entry.rows == (("出生日", "2020-03-29"), ("出生地", "見本県みほん市"), ("届出日", "2020-04-01"), ("届出人", "母"))
    assert entry.recorded_on == DAY


def test_a_forwarded_notification_is_entered_when_it_came_and_stands_before_where_it_leads():
    entry = entries.marriage_out(DAY, "例示　花", "見本県みほん市栄町１番", "妻の氏", forwarded=SENT)
    assert [label for label, _ in entry.rows] == ["婚姻日", "配偶者氏名", "送付を受けた日", "受理者", "新本籍", "称する氏"]
    assert entry.recorded_on == CAME
    assert entry.rows[2:4] == (("送付を受けた日", "2020-04-06"), ("受理者", "例示県ためし市長"))


def test_what_is_not_known_has_no_row():
    assert [label for label, _ in OUT["dead"].rows] == ["死亡日", "死亡地", "届出日", "届出人"]
    timed = entries.death("令和２年４月頃", "午後８時３０分", "見本県みほん市", DAY, "親族　例示花")
    assert timed.rows[:2] == (("死亡日", "令和２年４月頃"), ("死亡時分", "午後８時３０分"))


def test_who_divorces_goes_to_exactly_one_place():
    with pytest.raises(ValueError, match="either"):
        entries.divorce_out(DAY, "例示　花")
    with pytest.raises(ValueError, match="either"):
        entries.divorce_out(DAY, "例示　花", new_honseki="見本県みほん市", returned_to=PARENTS)


def test_a_remade_koseki_names_the_ordinance():
    entry = entries.koseki_remade(date(2004, 2, 14))
    assert entry.rows == (("改製日", "2004-02-14"), ("改製事由", "平成６年法務省令第５１号附則第２条第１項による改製"))
