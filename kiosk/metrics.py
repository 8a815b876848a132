"""What the kiosk counts, for Prometheus. No label names a person, a visit or a paper."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter


@dataclass(frozen=True, slots=True)
class Metrics:
    """The kiosk's counters."""

    visits: Counter
    refusals: Counter
    papers: Counter
    faults: Counter
    alarms: Counter
    reports_refused: Counter


def metrics_in(registry: CollectorRegistry) -> Metrics:
    """The counters, registered in `registry`."""
    return Metrics(
        visits=Counter("konbini_kiosk_visits", "Visits that ended, by reason", ("terminal", "reason"), registry=registry),
        refusals=Counter("konbini_kiosk_refusals", "Refusals shown, by code", ("terminal", "code"), registry=registry),
        papers=Counter("konbini_kiosk_papers", "Papers, by what became of them", ("terminal", "outcome"), registry=registry),
        faults=Counter("konbini_kiosk_faults", "Times a terminal went out of service", ("terminal",), registry=registry),
        alarms=Counter("konbini_kiosk_alarms", "Papers that were not what was ordered", ("terminal",), registry=registry),
        reports_refused=Counter("konbini_kiosk_reports_refused", "Reports the center refused for good", ("terminal",), registry=registry),
    )
