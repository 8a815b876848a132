"""A register that somebody else wrote: whole or not at all, and every bad line named."""

import io
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine

from registers.population import generate
from registers.residents.columns import COLUMNS, FIELDS
from registers.residents.csv_form import Parsed, Rejected, parse, replace_register, write
from registers.residents.resident import Protection, Suppression
from registers.residents.tables import METADATA, household_of, resident, residents_in_order
from tests.registers.people import ADDRESS, NOW, atena, file_of, foreign_person, line_of, my_number, person

TODAY = date(2026, 11, 23)
HEAD, WIFE, CHILD = person(1), person(2, "妻", birth="1982-05-05"), person(3, "子", birth="2010-01-01")


def parsed(content: bytes, **settings) -> Parsed:
    outcome = parse(io.BytesIO(content), **settings)
    assert isinstance(outcome, Parsed), outcome
    return outcome


def faults(content: bytes, **settings) -> list[tuple[int, str, str]]:
    """(line, column, code) of everything wrong."""
    outcome = parse(io.BytesIO(content), **settings)
    assert isinstance(outcome, Rejected), outcome
    assert all(bad.reason and bad.reason_en for bad in outcome.lines)
    return [(bad.number, bad.column, bad.code) for bad in outcome.lines]


@pytest.fixture(scope="module")
def population():
    return generate(5, 1200, TODAY)


@pytest.mark.parametrize("header", ["ja", "ascii"])
def test_a_written_register_is_read_back_equal(population, header):
    got = parsed(write(population.residents, population.households, header=header).encode())
    assert got.residents == population.residents
    assert got.households == population.households
    assert {bad.code for bad in got.warnings} == {"character_unavailable"}  # the 外字 in a private code point


def test_serials_stops_and_protections_survive_the_file():
    stop = Suppression(date(2026, 1, 1), None, household=True, reason="本人の申出/窓口, 「確認中」")
    own = Suppression(date(2026, 2, 1), date(2026, 3, 1), household=False, reason="")
    people = [
        replace(HEAD, suppressions=(stop, own), card_usable_from=TODAY, protection=Protection("co_protected", date(2026, 4, 1), None)),
        replace(WIFE, suppressions=(stop,), standing="leaving", standing_since=TODAY, character_pending=True, name='見本　"花, 子"'),
        replace(CHILD, standing="dead", standing_since=TODAY),
        foreign_person(4, household=2),
    ]
    first = parsed(file_of(*(line_of(p) for p in people)))
    assert list(first.residents) == people
    assert parsed(write(first.residents, first.households).encode()) == first


def test_a_stop_on_the_household_stands_on_each_of_its_people_whoever_bore_it():
    content = file_of(
        line_of(HEAD), line_of(WIFE, suppressions="世帯/2026-01-01//確認中"), line_of(CHILD, standing="転出", standing_since="2026-02-02")
    )
    got = parsed(content)
    stop = Suppression(date(2026, 1, 1), None, household=True, reason="確認中")
    assert [p.suppressions for p in got.residents] == [(stop,), (stop,), ()]


def test_households_have_their_members_in_order_and_only_those_present():
    got = parsed(file_of(line_of(CHILD), line_of(WIFE), line_of(person(4, "母"), standing="死亡", standing_since="2020-01-01"), line_of(HEAD)))
    (household,) = got.households
    assert [m.atena_no for m in household.members] == [HEAD.atena_no, WIFE.atena_no, CHILD.atena_no]
    assert (household.head_name, household.address, household.version) == (HEAD.name, ADDRESS, "0")


def test_a_household_of_which_everybody_has_gone_is_kept_without_members():
    got = parsed(file_of(line_of(HEAD, standing="転出", standing_since="2026-01-01")))
    assert got.households[0].members == ()


def test_a_bom_is_accepted_and_columns_may_stand_in_any_order_without_the_optional_ones():
    fields = tuple(reversed([column.field for column in COLUMNS if column.required]))
    japanese = ("honseki", "hittousha")
    got = parsed(b"\xef\xbb\xbf" + file_of(line_of(HEAD), fields=(*fields, *japanese)))
    assert got.residents[0] == replace(HEAD, name_kana=None, notified_on=None, previous_address=None, serial=None)


def test_a_file_with_lf_line_ends_and_empty_lines_is_the_same_file():
    content = file_of(line_of(HEAD), line_of(WIFE))
    lf = content.replace(b"\r\n", b"\n").replace(b"\n", b"\n\n", 1) + b"," * (len(FIELDS) - 1) + b"\n"
    assert parsed(lf).residents == parsed(content).residents


# -- files that cannot be read -------------------------------------------------------------------------------------------------


def encoded(name: str) -> bytes:
    return file_of(line_of(HEAD, name="見本　花")).decode().encode(name)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (1, "", "empty")),
        (file_of(), (1, "", "empty")),
        (encoded("cp932"), (1, "", "shift_jis")),
        (encoded("euc_jp"), (1, "", "euc_jp")),
        (encoded("utf-16"), (1, "", "utf_16")),
        (encoded("utf-16-le"), (1, "", "nul")),
        (file_of(line_of(HEAD)) + b"\xff\xfe\xfd\r\n", (3, "", "not_utf_8")),
        (file_of(line_of(HEAD, name="見本\0花")), (2, "", "nul")),
        (file_of(line_of(HEAD, name="長" * 30_000)), (2, "", "line_too_long")),
        (file_of(line_of(HEAD)) + b'"abc\r\n', (3, "", "quote_open")),
        (file_of(line_of(HEAD)) + b'"abc\r\n' + b"x\r\n" * 50 + b'"\r\n', (3, "", "quote_open")),
        (file_of(line_of(HEAD)) + b'"abc"d,e\r\n', (3, "", "not_csv")),
        (file_of(line_of(HEAD)) + b"a,b\r\n", (3, "", "cell_count")),
        (file_of(line_of(HEAD)).split(b"\r\n", 1)[1], (1, "", "header_missing")),
        (file_of(line_of(HEAD), fields=tuple(f for f in FIELDS if f != "my_number")), (1, "個人番号", "column_missing")),
        (file_of(line_of(HEAD), names={f: f for f in FIELDS} | {"serial": "serial_no"}), (1, "serial_no", "column_unknown")),
        (file_of(line_of(HEAD), names={f: f for f in FIELDS} | {"alias": "氏名"}), (1, "氏名", "column_twice")),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_by_reason(content, expected):
    assert faults(content) == [expected]


def test_shift_jis_after_an_ascii_header_is_named_with_its_line():
    content = file_of(line_of(HEAD), names={f: f for f in FIELDS}).decode().encode("cp932")
    assert faults(content) == [(2, "", "shift_jis")]


def test_a_missing_header_does_not_put_a_persons_values_in_the_answer():
    outcome = parse(io.BytesIO(file_of(line_of(HEAD)).split(b"\r\n", 1)[1]))
    assert HEAD.name not in repr(outcome)


# -- lines that cannot enter ---------------------------------------------------------------------------------------------------

WRONG_DIGIT = HEAD.my_number[:-1] + str((int(HEAD.my_number[-1]) + 1) % 10)
FOREIGN = foreign_person(1)

BAD_CELLS = [
    (HEAD, "atena_no", "", "required"),
    (HEAD, "atena_no", "10017", "leading_zeros"),
    (HEAD, "atena_no", "00000000017", "digit_count"),
    (HEAD, "atena_no", "００００００００１７", "digits_only"),
    (HEAD, "atena_no", "000-00001", "digits_only"),
    (HEAD, "my_number", "1.23457E+11", "spreadsheet_number"),
    (HEAD, "my_number", "1E+11", "spreadsheet_number"),
    (HEAD, "my_number", "123456789012.0", "spreadsheet_number"),
    (HEAD, "my_number", '="012345678901"', "spreadsheet_number"),
    (HEAD, "my_number", WRONG_DIGIT, "check_digit"),
    (HEAD, "juminhyo_code", "123", "leading_zeros"),
    (HEAD, "household_no", "", "required"),
    (HEAD, "name", "", "required"),
    (HEAD, "name", "見本　花　", "outer_space"),
    (HEAD, "name", "見本\n花", "control_character"),
    (HEAD, "name", "見本\u202e花", "control_character"),
    (HEAD, "name", "\U000e0100辻　花", "lone_selector"),
    (HEAD, "name", "長" * 151, "too_long"),
    (HEAD, "name_kana", "みほん　はな", "kana_form"),
    (HEAD, "address", "", "required"),
    (HEAD, "birth", "", "date_empty"),
    (HEAD, "birth", "1980/1/1", "date_spreadsheet"),
    (HEAD, "birth", "1980-02-32", "date_range"),
    (HEAD, "birth", "昭和55年1月1日", "date_form"),
    (HEAD, "resident_since", "1979-12-31", "before_birth"),
    (HEAD, "card_usable_from", "2026-02-30", "date_range"),
    (HEAD, "sex", "F", "not_in_list"),
    (HEAD, "relation", "孫", "relation_unknown"),
    (HEAD, "relation", "妻(未届)", "relation_half_width"),
    (HEAD, "honseki", "", "koseki_required"),
    (HEAD, "alias", "山田　花", "not_for_japanese"),
    (HEAD, "card_number", "AB12345678CD", "not_for_japanese"),
    (HEAD, "serial", "0AF3", "serial_form"),
    (HEAD, "serial", "1.2E+15", "spreadsheet_number"),
    (HEAD, "standing", "いる", "not_in_list"),
    (HEAD, "standing_since", "2026-01-01", "standing_since_unexpected"),
    (HEAD, "character_pending", "はい", "not_in_list"),
    (HEAD, "protection_level", "DV", "not_in_list"),
    (HEAD, "protection_since", "2026-01-01", "without_its_kind"),
    (HEAD, "suppressions", "個人", "stop_form"),
    (HEAD, "suppressions", "個人/2026-02-30//x", "stop_form"),
    (HEAD, "suppressions", "個人/2026-02-01/2026-01-01/x", "stop_form"),
    (FOREIGN, "honseki", "見本県みほん市本町１番", "not_for_foreign"),
    (FOREIGN, "former_name", "山田", "not_for_foreign"),
    (FOREIGN, "foreign_category", "", "required"),
    (FOREIGN, "foreign_category", "観光", "not_in_list"),
    (FOREIGN, "residence_status", "", "required_for_category"),
    (FOREIGN, "expires", "", "required_for_category"),
    (FOREIGN, "expires", "年月日不詳", "date_form"),
    (FOREIGN, "card_number", "", "required_for_category"),
    (FOREIGN, "card_number", "12345678", "card_number_form"),
]


@pytest.mark.parametrize(
    ("who", "field", "text", "code"), BAD_CELLS, ids=lambda value: value if isinstance(value, str) and value.isascii() and len(value) < 30 else ""
)
def test_a_bad_cell_is_named_by_line_column_and_reason_and_nothing_else_is(who, field, text, code):
    good = line_of(person(9, household=9))
    column = next(column.ja for column in COLUMNS if column.field == field)
    found = faults(file_of(good, line_of(who) | {field: text}))
    follows_from_it = {"relation": {(3, "続柄", "no_head")}}.get(field, set())
    assert (3, column, code) in found
    assert set(found) - {(3, column, code)} <= follows_from_it


def test_a_reason_repeats_no_value_of_the_line():
    for who, field, text, _ in BAD_CELLS:
        outcome = parse(io.BytesIO(file_of(line_of(who) | {field: text})))
        said = repr(outcome)
        assert who.name not in said and who.my_number not in said and who.birth not in said
        assert len(text) < 6 or text not in said


def test_a_forbidden_relation_is_answered_with_the_standards_word():
    outcome = parse(io.BytesIO(file_of(line_of(HEAD), line_of(CHILD, relation="孫"))))
    assert isinstance(outcome, Rejected)
    assert "「子の子」" in outcome.lines[0].reason and "子の子" in outcome.lines[0].reason_en


def test_a_standing_needs_its_day_and_a_protection_its_first_day():
    assert faults(file_of(line_of(HEAD, standing="転出予定"))) == [(2, "異動年月日", "standing_since_missing")]
    assert faults(file_of(line_of(HEAD, protection_level="支援措置"))) == [(2, "支援措置開始日", "since_missing")]


@pytest.mark.parametrize("field", ["atena_no", "my_number", "juminhyo_code", "serial"])
def test_a_number_that_an_earlier_line_has_is_named(field):
    column = next(column.ja for column in COLUMNS if column.field == field)
    other = person(9, household=9)
    assert faults(file_of(line_of(HEAD), line_of(other) | {field: line_of(HEAD)[field]})) == [(3, column, "duplicate")]


def test_two_heads_no_head_and_two_addresses_are_named():
    second = person(2)
    headless = person(5, "妻", household=7)
    found = faults(file_of(line_of(HEAD), line_of(second), line_of(CHILD, address="見本県みほん市栄町９番"), line_of(headless)))
    assert found == [(3, "続柄", "two_heads"), (4, "住所", "address_differs"), (5, "続柄", "no_head")]


def test_a_head_who_has_gone_does_not_count():
    gone = line_of(person(4), standing="死亡", standing_since="2026-01-01")
    assert len(parsed(file_of(gone, line_of(HEAD))).households[0].members) == 1
    assert faults(file_of(gone, line_of(WIFE))) == [(3, "続柄", "no_head")]


def test_every_bad_line_is_named_at_once_in_the_order_of_the_lines():
    lines = [line_of(person(n, household=n), relation="孫" if n % 2 else "世帯主", sex="?") for n in range(1, 6)]
    numbers = [number for number, _, _ in faults(file_of(*lines))]
    assert numbers == sorted(numbers)
    assert set(numbers) == {2, 3, 4, 5, 6}


def test_reading_stops_after_a_thousand_faults():
    outcome = parse(io.BytesIO(file_of(*(line_of(HEAD, sex="?") for _ in range(1500)))))
    assert isinstance(outcome, Rejected)
    assert 1000 <= len(outcome.lines) < 1010
    assert outcome.read_to < 1000


def test_a_wrong_juminhyo_code_digit_warns_and_refuses_only_where_its_formula_is_known_to_hold():
    code = HEAD.juminhyo_code[:-1] + str((int(HEAD.juminhyo_code[-1]) + 1) % 10)
    content = file_of(line_of(HEAD, juminhyo_code=code))
    assert [(bad.number, bad.column, bad.code) for bad in parsed(content).warnings] == [(2, "住民票コード", "juminhyo_code_digit")]
    assert faults(content, juminhyo_code_digit="refuse") == [(2, "住民票コード", "juminhyo_code_digit")]


# -- characters ----------------------------------------------------------------------------------------------------------------


def test_names_are_kept_character_by_character():
    name = "辻\U000e0100　𠮷髙﨑"
    got = parsed(file_of(line_of(HEAD, name=name, hittousha=name)), missing_glyphs=lambda text: ())
    assert got.residents[0].name == name and not got.warnings
    assert write(got.residents, got.households).encode().count(name.encode()) == 2


def test_a_character_that_cannot_be_printed_makes_its_person_pending_with_a_warning():
    content = file_of(line_of(HEAD), line_of(WIFE, name="渡\U0002e7bd　花"))
    got = parsed(content, missing_glyphs=lambda text: tuple(char for char in text if char == "\U0002e7bd"))
    assert [p.character_pending for p in got.residents] == [False, True]
    assert [(bad.number, bad.column, bad.code) for bad in got.warnings] == [(3, "氏名", "character_unavailable")]


@pytest.mark.parametrize("field", ["address", "former_name", "previous_address", "honseki", "hittousha"])
def test_every_printed_text_is_asked_about(field):
    got = parsed(file_of(line_of(HEAD) | {field: "欠"}), missing_glyphs=lambda text: tuple(char for char in text if char == "欠"))
    assert got.residents[0].character_pending


def test_a_private_code_point_is_pending_without_asking_any_font():
    assert parsed(file_of(line_of(HEAD, name="齋\ue05d　花"))).residents[0].character_pending


# -- into the database ---------------------------------------------------------------------------------------------------------


def test_a_parsed_register_replaces_the_old_one_and_versions_move_on(population):
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        replace_register(connection, parsed(file_of(line_of(HEAD), line_of(CHILD))), NOW)
        before = household_of(connection, HEAD.household_no)
        replace_register(connection, parsed(file_of(line_of(HEAD), line_of(WIFE), line_of(person(8, household=8)))), NOW)
        after = household_of(connection, HEAD.household_no)
        assert before and after and before.version != after.version
        assert after.members == (HEAD, WIFE)
        assert resident(connection, CHILD.atena_no) is None
        assert residents_in_order(connection)[-1].atena_no == atena(8)


def test_numbers_of_the_helpers_are_right():
    assert my_number(1) == person(1).my_number
