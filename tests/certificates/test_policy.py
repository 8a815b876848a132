"""A policy that contradicts itself is refused when it is read."""

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.wareki import ERAS, Era
from tests.certificates.people import POLICY


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "passport"},
        {"options": ("relation", "blood_type")},
        {"options": ("relation", "relation")},
        {"options": ("sex",)},
        {"forms": ()},
        {"forms": ("juminhyo", "juminhyo")},
        {"forms": ("kisai_jiko",)},
        {"copies_max": 0},
        {"leaving_blocks": "nobody"},
        {"overflow": "shrink"},
        {"undeclared": "guess"},
        {"years": 0},
        {"years": 11},
        {"year_opens": (0, 1)},
        {"year_opens": (13, 1)},
        {"year_opens": (6, 0)},
        {"year_opens": (6, 32)},
        {"eras": ()},
        {"eras": tuple(reversed(ERAS))},
        {"eras": (Era("甲", date(2019, 5, 1)), Era("乙", date(2019, 5, 1)))},
    ],
    ids=str,
)
def test_a_wrong_policy_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(POLICY, **wrong)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_everything_of_a_kind_may_be_offered_and_nothing_of_another(kind: Any) -> None:
    options, forms = tuple(option.code for option in kind.options), tuple(form.code for form in kind.forms)
    assert Policy(kind.code, options, forms, 1).forms == forms
    for other in (other for other in KINDS.values() if other.code != kind.code):
        with pytest.raises(ValueError, match="forms"):
            Policy(kind.code, options, tuple(form.code for form in other.forms), 1)


def test_unless_it_says_otherwise_a_municipality_refuses_what_it_may_and_offers_one_year() -> None:
    plain = Policy("kazei", (), ("kazei",), 1)
    assert (plain.leaving_blocks, plain.overflow, plain.undeclared, plain.years, plain.year_opens) == ("person", "refuse", "refuse", 1, (6, 3))
    assert plain.eras == ERAS


def test_a_policy_is_read_from_json_with_the_eras_of_today() -> None:
    read = msgspec.json.decode(
        b'{"kind": "juminhyo", "options": ["relation"], "forms": ["juminhyo"], "copies_max": 3, "leaving_blocks": "person"}', type=Policy
    )
    assert read == Policy("juminhyo", ("relation",), ("juminhyo",), 3, "person", eras=ERAS)
    for wrong in (b'"copies_max": 0', b'"copies_max": 3, "overflow": "shrink"'):
        with pytest.raises(msgspec.ValidationError, match=r"copies_max|overflow"):
            msgspec.json.decode(b'{"kind": "juminhyo", "options": [], "forms": ["juminhyo"], %b}' % wrong, type=Policy)
