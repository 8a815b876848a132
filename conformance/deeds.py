"""What is done for each case: the table of all of it."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from conformance import (
    change_deeds,
    optional_deeds,
    outcome_deeds,
    paper_deeds,
    people_deeds,
    protocol_deeds,
    referral_deeds,
    refusal_deeds,
    tls_deeds,
)
from conformance.protocol_deeds import Wrong
from conformance.trial import Trial


def _aspect(which: str) -> Callable[[Trial], Awaitable[Wrong]]:
    return lambda trial: paper_deeds.sampled(trial, which)


DEEDS: Mapping[str, Callable[[Trial], Awaitable[Wrong]]] = MappingProxyType(
    {
        "P1": protocol_deeds.repeated,
        "P2": protocol_deeds.altered,
        "P3": protocol_deeds.malformed,
        "P4": protocol_deeds.sizes,
        "P5": protocol_deeds.elsewhere,
        "P6": tls_deeds.strangers,
        "P7": protocol_deeds.nowhere,
        "P8": protocol_deeds.not_offered,
        "P9": protocol_deeds.declared,
        "P10": tls_deeds.older_tls,
        "P11": tls_deeds.half_sent,
        "P12": protocol_deeds.twice_at_once,
        "P13": protocol_deeds.deeply_malformed,
        "R1": refusal_deeds.rows, "R2": refusal_deeds.same_bytes, "R3": refusal_deeds.same_instant,
        "A1": _aspect("marks"), "A2": _aspect("people"), "A3": _aspect("items"), "A4": _aspect("closing"), "A5": _aspect("signature"), "A6": _aspect("codes"),
        "A7": paper_deeds.numbers, "A8": _aspect("drawing"), "A9": paper_deeds.copies,
        "M1": people_deeds.same_second, "M6": people_deeds.same_person, "M2": people_deeds.left_behind, "M3": people_deeds.long_papers,
        "M5": people_deeds.over_connections, "M4": people_deeds.load,
        "D1": change_deeds.half_updated, "D2": change_deeds.stopped_in_time, "D3": change_deeds.changed_after_issue,
        "O1": outcome_deeds.outcomes, "O2": outcome_deeds.before_the_order,
        "X1": optional_deeds.condition, "X2": optional_deeds.inventory, "X3": optional_deeds.uses,
        "X4": referral_deeds.vouched, "X5": referral_deeds.recognised, "X6": referral_deeds.refused,
    }
)  # fmt: skip
"""Case id -> what is done."""
