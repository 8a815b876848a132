"""課税（非課税）証明書, 所得証明書 and both: the right title, the record's figures in their cells, and no figure where nothing was declared."""

from dataclasses import asdict, replace

import pytest

from certificates.content.kazei import UNDECLARED as REMARK
from certificates.entitlement import Declined
from certificates.face import EMPTY, Face
from certificates.form.catalogue import FORMS
from certificates.issuing import Offered, texts
from certificates.sources import Sources
from registers.tax.record import Levy, TaxRecord
from tests.certificates.holders import LAST_YEAR, TAXED, UNDECLARED, UNTAXED, face, found, issued, offered, policy
from tests.certificates.people import HANAKO, TARO, household
from tests.certificates.refusal_vectors import DEPENDANT

TAX_FORMS = ("kazei", "shotoku", "shotoku_kazei")
BLANK = policy("kazei", undeclared="blank_for_dependants")
WHO = {"address", "name_kana", "name", "birth", "sex", "levy_address", "remarks"}


def of(*records: TaxRecord) -> Sources:
    return found(tax=records)


def cells(made: Face) -> dict[str, str]:
    return {code: text for piece in made.pieces for code, text in piece.cells}


@pytest.mark.parametrize(
    ("form", "taxed", "untaxed"),
    [("kazei", "課税証明書", "非課税証明書"), ("shotoku", "所得証明書", "所得証明書"), ("shotoku_kazei", "所得・課税証明書", "所得・非課税証明書")],
)
def test_the_title_says_whether_any_tax_is_due(form: str, taxed: str, untaxed: str) -> None:
    assert face("kazei", form=form).title == taxed
    assert face("kazei", of(UNTAXED), form=form).title == untaxed
    assert face("kazei", of(replace(UNTAXED, levy=Levy(forest=1_000, total_yen=1_000))), form=form).title == taxed
    if form != "shotoku":
        assert face("kazei", of(DEPENDANT), BLANK, form=form).title == untaxed


def test_every_amount_stands_in_its_own_cell() -> None:
    """Each amount another one, so that none can stand for another."""
    amounts = iter(range(1_001, 9_000_000, 77_777))

    def distinct(value: object) -> dict[str, int]:
        return {name: next(amounts) for name in asdict(value)}  # type: ignore[call-overload]

    incomes, deductions, levy = (replace(part, **distinct(part)) for part in (TAXED.incomes, TAXED.deductions, TAXED.levy))
    shown = cells(face("kazei", of(replace(TAXED, incomes=incomes, deductions=deductions, levy=levy)), form="shotoku_kazei"))
    right = {
        **{("income_total" if name == "total_yen" else name): yen for name, yen in asdict(incomes).items()},
        **{("deduction_total" if name == "total_yen" else name): yen for name, yen in asdict(deductions).items()},
        **{("levy_total" if name == "total_yen" else name): yen for name, yen in asdict(levy).items()},
    }
    assert {code: text for code, text in shown.items() if code in right} == {code: f"{yen:,}" for code, yen in right.items()}
    assert set(shown) - WHO - set(right) == {code for code in shown if code.startswith("count_")}


def test_every_dependant_is_counted_in_the_cell_of_their_kind() -> None:
    counted = replace(
        TAXED.dependants,
        spouse=True,
        general=2,
        specified=3,
        elderly=4,
        elderly_parents=5,
        under_16=6,
        specified_relatives=7,
        disabled=9,
        severely_disabled=8,
    )
    shown = cells(face("kazei", of(replace(TAXED, dependants=counted))))
    assert {code: text for code, text in shown.items() if code.startswith("count_")} == {
        "count_spouse": "1", "count_general": "2", "count_specified": "3", "count_elderly": "4", "count_elderly_parents": "5", "count_under_16": "6",
        "count_specified_relatives": "7", "count_disabled": "9（8）",
    }  # fmt: skip


def test_a_loss_is_negative() -> None:
    assert cells(face("kazei", of(replace(TAXED, incomes=replace(TAXED.incomes, business=-1_234_567))), form="shotoku"))["business"] == "-1,234,567"


@pytest.mark.parametrize(
    ("form", "strips"),
    [
        ("kazei", ["taxpayer", "deductions", "dependants", "levy", "remarks"]),
        ("shotoku", ["taxpayer", "incomes", "remarks"]),
        ("shotoku_kazei", ["taxpayer", "incomes", "deductions", "dependants", "levy", "remarks"]),
    ],
)
def test_each_form_has_its_tables_and_no_other(form: str, strips: list[str]) -> None:
    made = face("kazei", form=form)
    assert [piece.strip for piece in made.pieces] == strips == [strip.code for strip in FORMS[form].strips]
    amounts = {"incomes": "3,560,000", "levy": "208,800"}
    for table, amount in amounts.items():
        assert (amount in set(texts(made))) is (table in strips)


@pytest.mark.parametrize("form", ["kazei", "shotoku_kazei"])
def test_zero_is_printed_only_after_a_declaration(form: str) -> None:
    declared, blank = cells(face("kazei", of(UNTAXED), form=form)), cells(face("kazei", of(DEPENDANT), BLANK, form=form))
    figures = set(declared) - WHO
    assert {declared[code] for code in figures} <= {"0", "0（0）"}
    assert {blank[code] for code in figures} == {EMPTY}
    assert (declared["remarks"], blank["remarks"]) == (EMPTY, REMARK)


def test_a_dependants_paper_shows_no_figure_even_where_the_record_has_one() -> None:
    leaking = replace(DEPENDANT, incomes=TAXED.incomes, dependants=TAXED.dependants)
    written = "".join(texts(face("kazei", of(leaking), BLANK, form="shotoku_kazei")))
    assert not [amount for amount in ("5,000,000", "3,560,000") if amount in written]


@pytest.mark.parametrize(
    ("record", "code"), [(UNDECLARED, "tax_undeclared"), (replace(DEPENDANT, dependant_of="0000000099"), "tax_undeclared"), (DEPENDANT, None)]
)
def test_without_figures_only_for_a_dependant_of_the_household(record: TaxRecord, code: str | None) -> None:
    for form in TAX_FORMS:
        answer = issued("kazei", of(record), BLANK, form=form)
        # A 所得証明書 without figures would certify nothing.
        assert (answer.code if isinstance(answer, Declined) else None) == (code or ("tax_undeclared" if form == "shotoku" else None))
    assert isinstance(issued("kazei", of(record), policy("kazei")), Declined)


def test_the_year_and_the_income_year_stand_in_the_head() -> None:
    assert face("kazei").head == (("year", "令和８年度"), ("income_year", "（令和７年分所得）"))
    assert face("kazei", year=2025).head == (("year", "令和７年度"), ("income_year", "（令和６年分所得）"))


def test_the_record_of_the_year_asked_for_is_printed() -> None:
    before = replace(LAST_YEAR, levy=replace(LAST_YEAR.levy, total_yen=111_100))
    shown = {year: cells(face("kazei", of(TAXED, before), year=year))["levy_total"] for year in (2025, 2026)}
    assert shown == {2026: "208,800", 2025: "111,100"}


def test_name_and_address_are_todays_and_the_address_of_january_first_stands_apart() -> None:
    moved = replace(TAXED, name="見本　旧姓", address="見本県みほん市旧町９番")
    shown = cells(face("kazei", of(moved)))
    assert (shown["name"], shown["address"], shown["levy_address"]) == (TARO.name, household().address, "見本県みほん市旧町９番")
    assert "見本　旧姓" not in shown.values()


def test_only_years_with_a_paper_are_offered() -> None:
    def years(*records: TaxRecord, rules: object = None) -> tuple[int, ...]:
        choices = offered("kazei", of(*records), rules)  # type: ignore[arg-type]
        assert isinstance(choices, Offered)
        assert [member.id for member in choices.members] == [TARO.atena_no]
        return choices.years

    assert years(TAXED, LAST_YEAR) == (2026, 2025)
    assert years(TAXED, LAST_YEAR, rules=policy("kazei", years=1)) == (2026,)
    assert years(TAXED, replace(UNDECLARED, year=2025)) == (2026,)
    assert years(TAXED, replace(TAXED, year=2024), replace(TAXED, year=2027)) == (2026,)


def test_a_declaration_of_a_year_that_is_closed_opens_no_choices() -> None:
    assert offered("kazei", of(UNDECLARED, replace(TAXED, year=2024))) == Declined("tax_undeclared", "income not declared")


def test_nobody_elses_taxes_can_be_asked_for() -> None:
    answer = issued("kazei", members=(HANAKO.atena_no,))
    assert isinstance(answer, Declined)
    assert answer.code == "members_invalid"
