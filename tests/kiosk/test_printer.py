"""The printer: what came out is known, or known to be unknown."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.printer import Ejected, Jammed, OutOfOrder, OutOfPaper, Printer, Sides, TakenPaper, TraySheet, Uncertain
from tests.kiosk.crashes import CrashAt, Crashed, killed_at, points_of

PDF = Sides(
    b"%PDF-1.7 \xe8\xa6\x8b\xe6\x9c\xac " + bytes(range(256)) * 40 + b"%%EOF", b"%PDF-1.7 the back of it " + bytes(range(255, -1, -1)) * 30 + b"%%EOF"
)
OTHER = Sides(b"%PDF-1.7 another paper %%EOF", b"%PDF-1.7 another back %%EOF")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "printer"


@pytest.fixture
def printer(folder: Path) -> Iterator[Printer]:
    printer = Printer.open(folder, paper=10)
    yield printer
    printer.close()


def print_paper(printer: Printer, paper_id: str, sheets: int, pdf: Sides = PDF) -> None:
    for sheet in range(1, sheets + 1):
        assert printer.print_sheet("job", paper_id, sheet, sheets, pdf) == Ejected()


def holding(folder: Path, *secrets: bytes) -> list[Path]:
    """The files in which one of these bytes can be found."""
    return [path for path in folder.rglob("*") if path.is_file() and any(secret in path.read_bytes() for secret in secrets)]


SECRETS = (PDF.face[:40], PDF.back[:40])


def test_a_paper_comes_out_sheet_by_sheet_and_is_taken_to_the_byte(printer: Printer) -> None:
    print_paper(printer, "a", 3)
    assert printer.tray() == tuple(TraySheet("job", "a", sheet, 3) for sheet in (1, 2, 3))
    assert printer.take() == (TakenPaper("job", "a", (1, 2, 3), 3, PDF),)
    assert (printer.tray(), printer.take()) == ((), ())
    assert printer.paper() == 7


def test_a_job_of_several_papers(printer: Printer) -> None:
    print_paper(printer, "b", 1, OTHER)
    print_paper(printer, "a", 2)
    job = printer.job("job")
    assert [paper.paper_id for paper in job.papers] == ["b", "a"]
    assert (job.sheets_started, job.sheets_ejected, job.in_tray, job.taken, job.uncertain) == (3, 3, 3, 0, False)
    assert all(paper.complete for paper in job.papers)
    assert printer.take() == (TakenPaper("job", "b", (1,), 1, OTHER), TakenPaper("job", "a", (1, 2), 2, PDF))
    assert (printer.job("job").in_tray, printer.job("job").taken) == (0, 3)


def test_an_incomplete_paper_tells_its_sheets_and_gives_neither_side(printer: Printer) -> None:
    printer.print_sheet("job", "a", 1, 3, PDF)
    printer.print_sheet("job", "a", 2, 3, PDF)
    assert not printer.job("job").papers[0].complete
    assert printer.take() == (TakenPaper("job", "a", (1, 2), 3, None),)
    printer.print_sheet("job", "a", 3, 3, PDF)
    assert printer.take() == (TakenPaper("job", "a", (3,), 3, PDF),)


def test_before_its_last_sheet_no_byte_of_a_paper_is_in_the_machine(printer: Printer, folder: Path) -> None:
    printer.print_sheet("job", "a", 1, 2, PDF)
    assert not holding(folder, *SECRETS)
    printer.print_sheet("job", "a", 2, 2, PDF)
    assert len(holding(folder, *SECRETS)) == 1


@pytest.mark.parametrize("clear", [Printer.take, Printer.discard])
def test_what_has_left_the_tray_is_gone_from_the_machine(printer: Printer, folder: Path, clear: Callable[[Printer], object]) -> None:
    print_paper(printer, "a", 2)
    clear(printer)
    assert not holding(folder, *SECRETS)


def test_a_sheet_that_came_out_is_not_printed_twice(printer: Printer) -> None:
    print_paper(printer, "a", 2)
    print_paper(printer, "a", 2)
    printer.take()
    print_paper(printer, "a", 2)
    assert (printer.tray(), printer.paper()) == ((), 8)


@pytest.mark.parametrize(("sheet", "sheets"), [(0, 2), (3, 2), (2, 2), (1, 3)])
def test_sheets_come_in_their_order(printer: Printer, sheet: int, sheets: int) -> None:
    if sheets == 3:
        printer.print_sheet("job", "a", 1, 2, PDF)
    with pytest.raises(OutOfOrder):
        printer.print_sheet("job", "a", sheet, sheets, PDF)


def test_an_unknown_job_has_no_papers(printer: Printer) -> None:
    job = printer.job("none")
    assert (job.papers, job.sheets_started, job.uncertain) == ((), 0, False)


def test_a_jam_stops_the_printer_until_it_is_cleared(printer: Printer) -> None:
    printer.print_sheet("job", "a", 1, 2, PDF)
    printer.jam_next()
    assert printer.print_sheet("job", "a", 2, 2, PDF) == Jammed()
    assert printer.jammed()
    job = printer.job("job")
    assert (job.sheets_started, job.sheets_ejected, job.in_tray, job.uncertain) == (2, 1, 1, False)
    assert printer.print_sheet("other", "b", 1, 1, OTHER) == Jammed()
    printer.clear_jam()
    assert printer.print_sheet("job", "a", 2, 2, PDF) == Ejected()
    assert printer.take() == (TakenPaper("job", "a", (1, 2), 2, PDF),)
    assert printer.paper() == 7  # the torn sheet is lost


def test_a_jam_outlives_the_process(printer: Printer, folder: Path) -> None:
    printer.jam_next()
    printer.close()
    again = Printer.open(folder)
    assert again.print_sheet("job", "a", 1, 1, PDF) == Jammed()
    again.close()
    third = Printer.open(folder)
    assert (third.jammed(), third.paper()) == (True, 9)
    third.close()


def test_without_paper_nothing_is_fed(folder: Path) -> None:
    printer = Printer.open(folder, paper=1)
    assert printer.print_sheet("job", "a", 1, 2, PDF) == Ejected()
    assert printer.print_sheet("job", "a", 2, 2, PDF) == OutOfPaper()
    assert (printer.job("job").sheets_started, printer.job("job").uncertain) == (1, False)
    printer.load_paper(5)
    assert printer.print_sheet("job", "a", 2, 2, PDF) == Ejected()
    assert printer.paper() == 4
    with pytest.raises(ValueError, match="paper"):
        printer.load_paper(-1)
    printer.close()


def test_what_lies_in_the_tray_outlives_the_process(printer: Printer, folder: Path) -> None:
    print_paper(printer, "a", 2)
    before = (printer.job("job"), printer.tray())
    printer.close()
    again = Printer.open(folder)
    assert (again.job("job"), again.tray()) == before
    assert again.take() == (TakenPaper("job", "a", (1, 2), 2, PDF),)
    again.close()


def test_discarded_sheets_are_not_taken_ones(printer: Printer) -> None:
    print_paper(printer, "a", 2)
    assert (printer.discard(), printer.discard()) == (2, 0)
    paper = printer.job("job").papers[0]
    assert (paper.discarded, paper.taken, paper.in_tray, paper.complete) == (2, 0, 0, True)
    assert printer.take() == ()


def test_a_visit_flushes_a_few_times_only(folder: Path) -> None:
    hook = CrashAt()
    printer = Printer.open(folder, hook)
    hook.heard.clear()
    print_paper(printer, "a", 1)
    assert hook.heard == [f"printer.{step}.{when}" for step in ("feed", "land", "ejected") for when in ("before", "after")]
    hook.heard.clear()
    printer.take()
    assert hook.heard == [f"printer.{step}.{when}" for step in ("taken.carry", "taken", "taken.wipe") for when in ("before", "after")]
    hook.heard.clear()
    printer.job("job")
    printer.take()
    print_paper(printer, "a", 1)
    assert hook.heard == []
    printer.close()


@pytest.mark.parametrize(
    ("point", "started", "ejected", "uncertain", "again"),
    [
        ("feed.before", 0, 0, False, Ejected()),
        ("feed.after", 1, 0, True, Uncertain()),
        ("land.before", 1, 0, True, Uncertain()),
        ("land.after", 1, 1, False, Ejected()),
        ("ejected.before", 1, 1, False, Ejected()),
        ("ejected.after", 1, 1, False, Ejected()),
    ],
)
@pytest.mark.parametrize("reopened", [True, False])
def test_what_is_known_of_a_sheet_after_a_crash(
    folder: Path, point: str, started: int, ejected: int, uncertain: bool, again: object, reopened: bool
) -> None:
    def crash(heard: str) -> None:
        if heard == f"printer.{point}":
            raise Crashed

    printer = Printer.open(folder, crash)
    with pytest.raises(Crashed):
        printer.print_sheet("job", "a", 1, 1, PDF)
    if reopened:
        printer.close()
        printer = Printer.open(folder)
    job = printer.job("job")
    assert (job.sheets_started, job.sheets_ejected, job.in_tray, job.uncertain) == (started, ejected, ejected, uncertain)
    assert len(printer.tray()) == ejected
    if reopened:
        assert len(holding(folder, *SECRETS)) == ejected
        assert printer.print_sheet("job", "a", 1, 1, PDF) == again
        taken = printer.take()
        assert taken == (() if uncertain else (TakenPaper("job", "a", (1,), 1, PDF),))
    printer.close()


@pytest.mark.parametrize("clear", [Printer.take, Printer.discard])
def test_the_tray_is_emptied_whole_or_not_at_all(tmp_path: Path, clear: Callable[[Printer], object]) -> None:
    for nth in range(6):
        folder = tmp_path / str(nth)
        printer = Printer.open(folder)
        print_paper(printer, "a", 2)
        print_paper(printer, "b", 1, OTHER)
        printer.close()
        crashing = Printer.open(folder, CrashAt(nth))
        with pytest.raises(Crashed):
            clear(crashing)
        crashing.close()
        printer = Printer.open(folder)
        job = printer.job("job")
        emptied = nth > 0
        discarded = sum(paper.discarded for paper in job.papers)
        assert (job.in_tray, job.taken + discarded, job.sheets_ejected) == ((0, 3, 3) if emptied else (3, 0, 3))
        assert (discarded > 0) == (emptied and clear is Printer.discard)
        assert bool(holding(folder, *SECRETS)) == (not emptied)
        assert len(printer.take()) == (0 if emptied else 2)
        printer.close()


def life(folder: Path) -> Callable[[Callable[[str], None]], None]:
    """Two papers, a jam between them, taken, another one destroyed; on a machine that may stop at any point."""

    def run(hook: Callable[[str], None]) -> None:
        printer = None
        try:
            printer = Printer.open(folder, hook)
            print_paper(printer, "a", 2)
            printer.jam_next()
            printer.print_sheet("job", "b", 1, 1, OTHER)
            printer.clear_jam()
            print_paper(printer, "b", 1, OTHER)
            printer.take()
            print_paper(printer, "c", 1)
            printer.discard()
            printer.load_paper(4)
        finally:
            if printer is not None:
                printer.close()

    return run


def check_after_crash(folder: Path) -> None:
    """Every sheet is in the tray, gone, torn or uncertain; at most one is uncertain; nothing is in the machine but what lies in the tray; paper adds up."""
    printer = Printer.open(folder)
    job, tray = printer.job("job"), printer.tray()
    assert job.in_tray == len(tray)
    assert sum(paper.uncertain for paper in job.papers) <= 1
    for paper in job.papers:
        assert paper.sheets_ejected == paper.in_tray + paper.taken + paper.discarded
        assert paper.sheets_started - paper.sheets_ejected <= 1
    last_sheets = [sheet for sheet in tray if sheet.sheet_no == sheet.sheets]
    assert len(holding(folder, b"%PDF")) == len(last_sheets)
    assert not (folder / "taken").exists()
    assert not (folder / "discarded").exists()
    torn = printer.jammed() or any(paper.paper_id == "b" for paper in job.papers)
    assert printer.paper() in {500 - job.sheets_started, 500 - job.sheets_started - torn, 504 - job.sheets_started - torn}
    printer.clear_jam()
    for paper_id, sheets, pdf in (("a", 2, PDF), ("b", 1, OTHER), ("c", 1, PDF)):
        for sheet in range(1, sheets + 1):
            result = printer.print_sheet("job", paper_id, sheet, sheets, pdf)
            if result == Uncertain():
                assert any(paper.uncertain for paper in job.papers if paper.paper_id == paper_id)
                break
            if result == Jammed():  # the rehearsed jam was still to come
                printer.clear_jam()
                assert printer.print_sheet("job", paper_id, sheet, sheets, pdf) == Ejected()
    for taken in printer.take():
        assert taken.sides in (None, PDF, OTHER)
    printer.close()


def test_a_crash_at_any_point_leaves_no_half_sheet(tmp_path: Path) -> None:
    points = points_of(life(tmp_path / "whole"))
    assert len(points) > 40
    for nth in range(len(points)):
        with pytest.raises(Crashed):
            life(tmp_path / str(nth))(CrashAt(nth))
        check_after_crash(tmp_path / str(nth))


def test_a_kill_at_any_point_leaves_no_half_sheet(tmp_path: Path) -> None:
    for nth in range(len(points_of(life(tmp_path / "whole")))):
        killed_at(nth, life(tmp_path / str(nth)))
        check_after_crash(tmp_path / str(nth))
