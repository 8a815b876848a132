"""Sizes, held by a ratchet: whoever makes one of these smaller takes it off the list, and nothing is put on it."""

from tests.structure.sources import sources

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

LONG_FILE_LINES = 300
LONG_FILES = frozenset({"kiosk/app.py", "kiosk/journal.py", "kiosk/terminal.py", "simulation/visitor.py"})

LONG_FUNCTION_LINES = 40
LONG_FUNCTIONS = frozenset({"issuance_center/records/issuances.py: accept"})


def test_no_file_is_longer_than_can_be_kept_in_mind() -> None:
    lines = {source.name: source.lines for source in sources()}
    assert {name: count for name, count in lines.items() if count > FILE_LINES_MAX} == {}
    assert {name for name, count in lines.items() if count > LONG_FILE_LINES} == LONG_FILES, "nothing may join the list; what has shrunk leaves it"


def test_no_function_is_longer_than_a_screen() -> None:
    lines = {f"{source.name}: {name}": (node.end_lineno or 0) - node.lineno + 1 for source in sources() for name, node in source.functions()}
    assert {name: count for name, count in lines.items() if count > FUNCTION_LINES_MAX} == {}
    assert {name for name, count in lines.items() if count > LONG_FUNCTION_LINES} == LONG_FUNCTIONS, (
        "nothing may join the list; what has shrunk leaves it"
    )
