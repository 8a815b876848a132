"""A family register that somebody else wrote: all three files or nothing, and every bad line named."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from registers.koseki.columns import COLUMNS, addresses_of, entries_of, fuhyo_cells, koseki_cells, member_cells
from registers.koseki.csv_form import FILES, Parsed, Rejected, parse, replace_register, write
from registers.koseki.fuhyo import FuhyoAddress
from registers.koseki.koseki import Entry
from registers.koseki.tables import METADATA, register_in_order
from registers.population import make_world
from registers.residents.resident import Protection, Suppression
from tests.registers.koseki.families import family, fuhyo_of, number, with_member
from tests.registers.people import NOW, atena, juminhyo_code

FAMILY = family()
FUHYO = fuhyo_of(FAMILY)
OTHERS = replace(family(20), standing="superseded", change_pending=True, family_name_kana=None, family_name_kana_recorded_on=None)


def content(file, lines, header="ja"):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.ja if header == "ja" else column.field for column in COLUMNS[file])
    for line in lines:
        writer.writerow(line[column.field] for column in COLUMNS[file])
    return out.getvalue().encode()


def lines_of(koseki=FAMILY, fuhyo=FUHYO):
    """The lines of one family by file, to be changed before they are written."""
    return {
        "koseki": [koseki_cells(koseki, fuhyo.made_on if fuhyo else None)],
        "members": [member_cells(koseki.koseki_no, person) for person in koseki.members],
        "fuhyo": [fuhyo_cells(koseki.koseki_no, person) for person in fuhyo.people] if fuhyo else [],
    }


def outcome_of(lines, **settings):
    streams = {file: io.BytesIO(content(file, lines[file])) for file in FILES}
    return parse(streams["koseki"], streams["members"], streams["fuhyo"] if lines["fuhyo"] else None, **settings)


def parsed(lines, **settings):
    outcome = outcome_of(lines, **settings)
    assert isinstance(outcome, Parsed), outcome
    return outcome


def faults(lines, **settings):
    """(file, line, column, code) of everything wrong."""
    outcome = outcome_of(lines, **settings)
    assert isinstance(outcome, Rejected), outcome
    told = [(file, bad) for file, rejected in outcome.files.items() for bad in rejected.lines]
    assert all(bad.reason and bad.reason_en for _, bad in told)
    return [(file, bad.number, bad.column, bad.code) for file, bad in told]


def changed(file, index, **cells):
    lines = lines_of()
    lines[file][index] |= cells
    return lines


def read_back(koseki, fuhyo, header="ja"):
    files = write(koseki, fuhyo, header=header)
    third = io.BytesIO(files.fuhyo.encode()) if files.fuhyo is not None else None
    outcome = parse(io.BytesIO(files.koseki.encode()), io.BytesIO(files.members.encode()), third)
    assert isinstance(outcome, Parsed), outcome
    return outcome


@pytest.mark.parametrize("header", ["ja", "ascii"])
def test_a_written_register_is_read_back_equal(header):
    stop = Suppression(date(2026, 2, 1), date(2026, 3, 1), household=False, reason="本人の申出/窓口, 「確認中」")
    protected = with_member(FAMILY, 0, protection=Protection("co_protected", date(2026, 4, 1), None), suppressions=(stop,), atena_no=atena(1))
    koseki = (protected, OTHERS, replace(family(40), standing="removed"))
    fuhyo = (fuhyo_of(protected), fuhyo_of(OTHERS))
    got = read_back(koseki, fuhyo, header)
    assert (got.koseki, got.fuhyo) == (koseki, fuhyo)
    assert not got.warnings


def test_a_register_without_fuhyo_has_two_files():
    files = write([FAMILY], [])
    assert files.fuhyo is None
    assert read_back([FAMILY], []).fuhyo == ()


def test_what_was_read_replaces_the_register_in_the_database():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        for family_here in (family(40), FAMILY):
            done = replace_register(connection, read_back([family_here], [fuhyo_of(family_here)]), NOW)
        koseki, fuhyo = register_in_order(connection)
        assert (done.koseki, done.people) == (1, 4)
        assert [replace(one, version="0") for one in koseki] == [FAMILY]
        assert [replace(one, version="0") for one in fuhyo] == [FUHYO]
    engine.dispose()


# Whatever may stand in a cell, the characters of its own form included.
TEXT = st.text(st.sampled_from("一二花辻\U000e0100𠮷\\;/=, 　\"'。ABC"), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and not any(char == "\U000e0100" for char in text)
)
ENTRIES = st.lists(
    st.builds(Entry, TEXT, st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4).map(tuple), st.dates(date(1950, 1, 1), date(2100, 1, 1))),
    min_size=1,
    max_size=4,
).map(tuple)
ADDRESSES = st.lists(st.builds(FuhyoAddress, TEXT, st.sampled_from(["2001-02-29", "令和２年５月頃", "年月日不詳"])), min_size=1, max_size=4).map(
    tuple
)


@settings(max_examples=60, deadline=None)
@given(ENTRIES, ENTRIES, ADDRESSES)
def test_any_entries_and_addresses_survive_the_files(of_koseki, of_person, addresses):
    removing = (*of_person, *FAMILY.members[3].entries)
    koseki = with_member(replace(FAMILY, entries=of_koseki), 3, entries=removing)
    people = (*FUHYO.people[:2], replace(FUHYO.people[2], addresses=addresses), FUHYO.people[3])
    got = read_back([koseki], [replace(FUHYO, people=people)])
    assert got.koseki == (koseki,)
    assert got.fuhyo[0].people == people


def test_a_list_is_read_as_people_write_it():
    (entry,) = entries_of("出生/1995-03-10/出生日=1995-03-04/出生地=見本県みほん市")
    assert entry == Entry("出生", (("出生日", "1995-03-04"), ("出生地", "見本県みほん市")), date(1995, 3, 10))
    assert addresses_of("2010-04-01/一丁目２番\\/３号;年月日不詳/どこか") == (
        FuhyoAddress("一丁目２番/３号", "2010-04-01"),
        FuhyoAddress("どこか", "年月日不詳"),
    )


BAD_CELLS = [
    ("koseki", "koseki_no", "", "required"),
    ("koseki", "koseki_no", "123", "leading_zeros"),
    ("koseki", "koseki_no", "1.2E+09", "spreadsheet_number"),
    ("koseki", "honseki", "", "required"),
    ("koseki", "honseki", "見" * 201, "too_long"),
    ("koseki", "family_name", "見\t本", "control_character"),
    ("koseki", "hittousha", " 見本", "outer_space"),
    ("koseki", "family_name_kana", "みほん", "kana_form"),
    ("koseki", "family_name_kana_recorded_on", "", "kana_day_missing"),
    ("koseki", "family_name_kana_recorded_on", "2025-05-25", "kana_before_law"),
    ("koseki", "entries", "", "required"),
    ("koseki", "entries", "戸籍編製", "entry_form"),
    ("koseki", "entries", "戸籍編製/2020-04-01", "entry_form"),
    ("koseki", "entries", "戸籍編製/2020-02-30/編製日=2020-02-30", "entry_form"),
    ("koseki", "entries", "戸籍編製/2020-04-01/編製日", "entry_form"),
    ("koseki", "entries", "戸籍編製/2020-04-01/編製日=2020-04-01;", "entry_form"),
    ("koseki", "entries", "戸籍編製/2020-04-01/編製日=2020-04-01\\", "list_form"),
    ("koseki", "standing", "現在", "not_in_list"),
    ("koseki", "change_pending", "はい", "not_in_list"),
    ("koseki", "fuhyo_made_on", "2020/4/1", "date_spreadsheet"),
    ("members", "person_no", "12345678901", "digit_count"),
    ("members", "koseki_no", "あ", "digits_only"),
    ("members", "given_name", "", "required"),
    ("members", "given_name", "太\U000e0100\U000e0100", "lone_selector"),
    ("members", "kana_recorded_on", "", "kana_day_missing"),
    ("members", "given_name_kana", "", "kana_day_alone"),
    ("members", "birth", "", "date_empty"),
    ("members", "birth", "1990-13-01", "date_range"),
    ("members", "birth", "平成2年", "date_form"),
    ("members", "birth", "年月日不詳" * 9, "date_text_too_long"),
    ("members", "sex", "", "required"),
    ("members", "sex", "M", "not_in_list"),
    ("members", "relation", "", "required"),
    ("members", "spouse", "夫婦", "not_in_list"),
    ("members", "spouse", "妻", "spouse_sex"),
    ("members", "entries", "", "required"),
    ("members", "removed_on", "1980-01-01", "before_birth"),
    ("members", "removed_on", "昭和２０年頃", "date_form"),
    ("members", "atena_no", "12", "leading_zeros"),
    ("members", "protection_level", "保護", "not_in_list"),
    ("members", "protection_level", "支援措置", "since_missing"),
    ("members", "protection_since", "2026-01-01", "without_its_kind"),
    ("members", "suppressions", "個人/2026-01-01", "stop_form"),
    ("members", "suppressions", "世帯/2026-01-01//確認中", "stop_of_household"),
    ("fuhyo", "name", "", "required"),
    ("fuhyo", "addresses", "", "required"),
    ("fuhyo", "addresses", "見本県みほん市", "address_form"),
    ("fuhyo", "addresses", "2020-04-01/", "address_form"),
    ("fuhyo", "addresses", "2020-04-01/見本県;2020-03-31/例示県", "since_before_last"),
    ("fuhyo", "juminhyo_code", "123", "leading_zeros"),
    ("fuhyo", "birth", "1990-01-01", "differs_from_koseki"),
    ("fuhyo", "birth", "", "required"),
    ("fuhyo", "sex", "女", "differs_from_koseki"),
]  # fmt: skip
FAULT_COLUMN = {
    "kana_day_alone": "kana_recorded_on",
    "since_missing": "protection_since",
}


@pytest.mark.parametrize(("file", "field", "cell", "code"), BAD_CELLS)
def test_a_bad_cell_is_named_by_file_line_and_column(file, field, cell, code):
    index = 0 if file == "koseki" else 2
    japanese = {column.field: column.ja for column in COLUMNS[file]}
    assert faults(changed(file, index, **{field: cell})) == [(file, index + 2, japanese[FAULT_COLUMN.get(code, field)], code)]


def test_a_protection_does_not_end_before_it_begins():
    cells = {"protection_level": "support", "protection_since": "2026-02-01", "protection_until": "2026-01-31"}
    assert faults(changed("members", 0, **cells)) == [("members", 2, "支援措置終了日", "until_before_since")]


def test_who_left_needs_a_day_and_a_reason_and_who_stays_has_neither():
    lines = lines_of(fuhyo=None)
    lines["members"][3]["removed_on"] = ""
    assert faults(lines) == [("members", 5, "除籍日", "removed_on_missing")]
    lines = lines_of(fuhyo=None)
    lines["members"][2]["removed_on"] = "2020-01-01"
    assert faults(lines) == [("members", 4, "身分事項", "removal_entry_missing")]


def test_every_number_is_given_once():
    lines = lines_of()
    lines["members"].append(lines["members"][0])
    lines["koseki"].append(lines["koseki"][0])
    lines["fuhyo"].append(lines["fuhyo"][0])
    assert faults(lines) == [
        ("koseki", 3, "戸籍番号", "duplicate"),
        ("members", 6, "戸籍の者の番号", "duplicate"),
        ("fuhyo", 6, "戸籍の者の番号", "duplicate"),
    ]


def test_a_person_and_a_fuhyo_line_need_their_koseki():
    lines = lines_of()
    lines["members"].append(member_cells(number(98), family(60).members[2]))
    lines["fuhyo"].append(fuhyo_cells(number(98), fuhyo_of(family(60)).people[2]))
    assert faults(lines) == [("members", 6, "戸籍番号", "no_such_koseki"), ("fuhyo", 6, "戸籍番号", "no_such_koseki")]


def test_a_koseki_has_people_and_a_current_one_somebody_left():
    lines = lines_of()
    lines["koseki"].append(koseki_cells(family(60), None))
    assert faults(lines) == [("koseki", 3, "", "no_members")]
    gone = replace(FAMILY, members=FAMILY.members[3:])
    assert faults(lines_of(gone, None)) == [("koseki", 2, "戸籍の状態", "everybody_removed")]
    for standing in ("removed", "superseded"):
        assert parsed(lines_of(replace(gone, standing=standing), None)).koseki[0].standing == standing


def test_two_living_spouses_of_one_kind_are_no_couple_but_a_dead_one_may_stand_beside():
    other = member_cells(FAMILY.koseki_no, family(60).members[1])
    lines = lines_of(fuhyo=None)
    lines["members"].append(other)
    assert faults(lines) == [("members", 6, "配偶者区分", "two_spouses")]
    lines["members"][1] |= {"removed_on": "2020-04-01", "entries": "死亡/2020-04-01/死亡日=2020-03-30"}
    parsed(lines)


def test_one_resident_stands_in_one_current_koseki():
    both = [with_member(one, 0, atena_no=atena(1)) for one in (FAMILY, family(60))]
    lines = {file: [*lines_of(both[0], None)[file], *lines_of(both[1], None)[file]] for file in FILES}
    assert faults(lines) == [("members", 6, "宛名番号", "atena_twice")]
    lines["koseki"][1]["standing"] = "改製原戸籍"
    parsed(lines)
    lines["koseki"][1]["standing"] = "現在戸籍"
    lines["members"][4] |= {"removed_on": "2020-04-01", "entries": "死亡/2020-04-01/死亡日=2020-03-30"}
    parsed(lines)


def test_the_fuhyo_lists_everybody_who_is_there_and_nobody_else():
    lines = lines_of()
    del lines["fuhyo"][2]
    assert faults(lines) == [("members", 4, "戸籍の者の番号", "fuhyo_person_missing")]
    lines = lines_of()
    del lines["fuhyo"][3]  # removed before the 附票 was made, it may be
    assert len(parsed(lines).fuhyo[0].people) == 3
    lines = changed("fuhyo", 0, person_no=number(77))
    assert {fault[3] for fault in faults(lines)} == {"not_in_koseki", "fuhyo_person_missing"}
    both = [lines_of(one, fuhyo_of(one)) for one in (FAMILY, family(60))]
    lines = {file: [*both[0][file], *both[1][file]] for file in FILES}
    lines["fuhyo"][4]["koseki_no"] = FAMILY.koseki_no
    assert faults(lines) == [("fuhyo", 6, "戸籍の者の番号", "not_in_koseki")]
    lines = lines_of()
    lines["koseki"][0]["fuhyo_made_on"] = ""
    assert {fault[3] for fault in faults(lines)} == {"fuhyo_not_made"}


def test_who_was_removed_early_has_neither_birth_date_nor_sex_nor_code_in_the_fuhyo():
    cells = {"birth": "1993-07-08", "sex": "女", "juminhyo_code": juminhyo_code(4)}
    assert faults(changed("fuhyo", 3, **cells)) == [
        ("fuhyo", 5, "生年月日", "not_for_removed"),
        ("fuhyo", 5, "性別", "not_for_removed"),
        ("fuhyo", 5, "住民票コード", "not_for_removed"),
    ]
    later = with_member(FAMILY, 3, removed_on=date(2023, 1, 1))
    lines = lines_of(later, fuhyo_of(later))
    assert faults(lines) == [("fuhyo", 5, "住民票コード", "not_for_removed")]
    lines["fuhyo"][3]["juminhyo_code"] = ""
    assert parsed(lines).fuhyo[0].people[3].sex == "女"


def test_a_fault_repeats_no_value_of_the_file():
    outcome = outcome_of(changed("members", 2, given_name="太\t郎", birth="平成某年"))
    said = repr(outcome)
    assert "平成某年" not in said
    assert "太" not in said


def test_one_file_that_cannot_be_read_keeps_everything_out_and_the_others_are_still_looked_at():
    good = {file: content(file, lines_of()[file]) for file in FILES}
    text = good["members"].decode()
    cases = {
        "shift_jis": text.encode("cp932"),
        "utf_16": text.encode("utf-16"),
        "column_missing": text.replace("父母との続柄,", "", 1).encode(),
        "column_unknown": text.replace("抑止", "抑止,支援", 1).encode(),
        "empty": b"",
    }
    for code, members in cases.items():
        bad_koseki = content("koseki", [lines_of()["koseki"][0] | {"honseki": ""}])
        outcome = parse(io.BytesIO(bad_koseki), io.BytesIO(members), io.BytesIO(good["fuhyo"]))
        assert isinstance(outcome, Rejected)
        assert [bad.code for bad in outcome.files["members"].lines] == [code]
        assert [bad.code for bad in outcome.files["koseki"].lines] == ["required"]


def test_what_cannot_be_printed_is_a_warning():
    got = parsed(lines_of(), missing_glyphs=lambda text: ("桜",) if "桜" in text else ())
    assert [(file, bad.number, bad.column, bad.code) for file, lines in got.warnings.items() for bad in lines] == [
        ("members", 5, "名", "character_unavailable"),
        ("fuhyo", 5, "氏名", "character_unavailable"),
    ]
    private = changed("koseki", 0, honseki="見本県\ue000町")
    assert [bad.code for bad in parsed(private).warnings["koseki"]] == ["character_unavailable"]


def test_what_is_only_strange_is_a_warning():
    def warned(lines):
        return [(file, bad.number, bad.column, bad.code) for file, bads in parsed(lines).warnings.items() for bad in bads]

    assert warned(changed("members", 2, relation="長女")) == [("members", 4, "父母との続柄", "relation_sex")]
    assert warned(changed("koseki", 0, hittousha="見本　二郎")) == [("koseki", 2, "筆頭者の氏名", "hittousha_not_first")]
    assert warned(changed("fuhyo", 0, name="例示　一郎")) == [("fuhyo", 2, "氏名", "name_differs")]
    wrong = juminhyo_code(1)[:-1] + str((int(juminhyo_code(1)[-1]) + 1) % 10)
    assert warned(changed("fuhyo", 0, juminhyo_code=wrong)) == [("fuhyo", 2, "住民票コード", "juminhyo_code_digit")]


def test_the_registers_of_a_made_up_world_survive_the_files_and_the_database():
    world = make_world(3, 150, NOW.date())
    assert sum(len(one.koseki) for one in world.municipalities) > 50
    for municipality in world.municipalities:
        got = read_back(municipality.koseki, municipality.fuhyo)
        assert (got.koseki, got.fuhyo) == (tuple(municipality.koseki), tuple(municipality.fuhyo))
        engine = create_engine("sqlite://")
        METADATA.create_all(engine)
        with engine.begin() as connection:
            replace_register(connection, got, NOW)
            koseki, fuhyo = register_in_order(connection)
        engine.dispose()
        assert tuple(replace(one, version="0") for one in koseki) == got.koseki
        assert tuple(replace(one, version="0") for one in fuhyo) == got.fuhyo
