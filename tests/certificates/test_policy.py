"""A policy that contradicts itself is refused when it is read."""

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from certificates.policy import Policy
from certificates.wareki import ERAS, Era
from tests.certificates.people import POLICY


@pytest.mark.parametrize(
    "wrong",
    [
        {"options": ("relation", "blood_type")},
        {"options": ("relation", "relation")},
        {"copies_max": 0},
        {"leaving_blocks": "nobody"},
        {"eras": ()},
        {"eras": tuple(reversed(ERAS))},
        {"eras": (Era("甲", date(2019, 5, 1)), Era("乙", date(2019, 5, 1)))},
    ],
    ids=str,
)
def test_a_wrong_policy_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(POLICY, **wrong)


def test_a_policy_is_read_from_json_with_the_eras_of_today() -> None:
    read = msgspec.json.decode(b'{"options": ["relation"], "copies_max": 3, "leaving_blocks": "person"}', type=Policy)
    assert read == Policy(("relation",), 3, "person", ERAS)
    with pytest.raises(msgspec.ValidationError, match="copies_max"):
        msgspec.json.decode(b'{"options": ["relation"], "copies_max": 0, "leaving_blocks": "person"}', type=Policy)
