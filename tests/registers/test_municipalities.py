"""全国地方公共団体コード: the list several parties read."""

from collections import Counter

from registers.municipalities import municipalities, wards
from registers.numbers import municipality_digit


def test_there_are_1741_municipalities_in_the_order_of_their_codes_and_every_check_digit_is_right() -> None:
    codes = [one.code for one in municipalities()]
    assert len(codes) == 1741
    assert codes == sorted(set(codes))
    assert all(municipality_digit(code[:5]) == code[5] for code in codes)


def test_every_form_of_municipality_occurs_as_often_as_the_law_knows_it() -> None:
    assert Counter(one.form for one in municipalities()) == {"指定都市": 20, "特別区": 23, "市": 772, "町": 743, "村": 183}


def test_every_ward_is_of_a_designated_city_of_the_list() -> None:
    designated = {one.code for one in municipalities() if one.form == "指定都市"}
    assert len(wards()) == 171
    assert {ward.city_code for ward in wards()} == designated
    assert all(municipality_digit(ward.code[:5]) == ward.code[5] for ward in wards())
