"""Where a value stands in a TOML file."""

from fees.planning.scenario.lines import Places

TEXT = '''title = "a"   # [not a table]

[volumes]
growth_percent = { low = 1, likely = 2, high = 3 }
"quoted key" = 1
others.inkan = 3

[[scheme]]
id = "x"
text = """
id = "not this one"
[[scheme]]
"""
[scheme.rule]
steps = [
  { above = 0, per_issuance_yen = 1 },
  { above = 9, per_issuance_yen = 2 }, # ]
]
type = "tiered"

[[scheme]]
id = "y"
rule = { type = "metered" }
'''


def test_tables_keys_and_repeated_tables_are_found() -> None:
    places = Places(TEXT)
    assert places.line_of(("title",)) == 1
    assert places.line_of(("volumes",)) == 3
    assert places.line_of(("volumes", "growth_percent", "likely")) == 4
    assert places.line_of(("volumes", "quoted key")) == 5
    assert places.line_of(("volumes", "others", "inkan")) == 6
    assert places.line_of(("scheme", 0)) == 8
    assert places.line_of(("scheme", 1, "id")) == 22
    assert places.line_of(("scheme", 1, "rule", "type")) == 23


def test_what_stands_in_a_long_text_or_a_long_list_is_not_taken_for_a_key() -> None:
    places = Places(TEXT)
    assert places.line_of(("scheme", 0, "id")) == 9
    assert places.line_of(("scheme", 0, "rule")) == 14
    assert places.line_of(("scheme", 0, "rule", "steps", 1, "above")) == 15
    assert places.line_of(("scheme", 0, "rule", "type")) == 19


def test_what_is_missing_is_told_at_the_table_around_it() -> None:
    assert Places(TEXT).line_of(("scheme", 1, "title")) == 21
    assert Places(TEXT).line_of(("nowhere", 3)) == 1
