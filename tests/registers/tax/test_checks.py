"""The figures of a line, looked at together and one by one."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from registers.tax.checks import AMOUNT_MAX, COUNT_MAX, faults, figures_in
from registers.tax.columns import COLUMNS, FIGURES, FLAGS, Figure, Kind

PLAIN = dict.fromkeys((column.field for column in COLUMNS), "") | {
    "atena_no": "0000000017",
    "year": "2026",
    "name": "見本　花子",
    "address": "見本県みほん市本町一丁目",
    "declared": "申告あり",
    "decided_on": "2026-06-01",
}
OF_KIND = [next(figure for figure in FIGURES if figure.kind == kind) for kind in ("amount", "loss", "count", "flag")]
CELLS = st.text(st.sampled_from("0123456789-+., eE有無１"), max_size=14) | st.integers(-(10**13), 10**13).map(str) | st.sampled_from(list(FLAGS))


def lawful(kind: Kind, cell: str) -> bool:
    if kind == "flag" or not cell:
        return not cell or cell in FLAGS
    if not re.fullmatch("-?[0-9]{1,15}", cell):
        return False
    most = COUNT_MAX if kind == "count" else AMOUNT_MAX
    return (-most if kind == "loss" else 0) <= int(cell) <= most


@given(st.sampled_from(OF_KIND), CELLS)
@example(OF_KIND[0], str(AMOUNT_MAX))
@example(OF_KIND[0], str(AMOUNT_MAX + 1))
@example(OF_KIND[0], "-0")
@example(OF_KIND[1], str(-AMOUNT_MAX - 1))
@example(OF_KIND[2], str(COUNT_MAX))
@example(OF_KIND[2], str(COUNT_MAX + 1))
@example(OF_KIND[0], "1,000")
@example(OF_KIND[0], "１")
@example(OF_KIND[3], "2")
def test_a_figure_is_refused_exactly_where_its_kind_does_not_allow_it(figure: Figure, cell: str) -> None:
    found = list(faults(PLAIN | {figure.column: cell}))
    assert [fault.field for fault in found] == ([] if lawful(figure.kind, cell) else [figure.column])


@given(st.dictionaries(st.sampled_from(FIGURES), CELLS, max_size=5))
def test_figures_are_read_as_they_stand_and_an_empty_cell_is_zero(cells: dict[Figure, str]) -> None:
    line = PLAIN | {figure.column: cell for figure, cell in cells.items() if lawful(figure.kind, cell)}
    for figure in FIGURES:
        cell = line[figure.column]
        assert figures_in(line)[figure.column] == (int(FLAGS[cell]) if figure.kind == "flag" else int(cell or "0"))
