"""The table of kinds fits the form and the service hours it names."""

from certificates import juminhyo
from certificates.kinds import KINDS


def test_the_juminhyo_offers_exactly_the_options_of_its_form() -> None:
    kind = KINDS["juminhyo"]
    assert tuple(option.code for option in kind.options) == juminhyo.OPTIONS
    assert set(juminhyo.OPENED_BY.values()) == set(juminhyo.OPTIONS)


def test_every_kind_is_under_its_own_code_and_speaks_both_languages() -> None:
    for code, kind in KINDS.items():
        assert kind.code == code
        assert kind.title
        assert kind.title_en.isascii()
        for option in kind.options:
            assert kind.option(option.code) is option
            assert option.ja
            assert option.en.isascii()
