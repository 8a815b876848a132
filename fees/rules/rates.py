"""All rules at once: what the office prices and books by."""

from dataclasses import dataclass

from fees.rules.tariff import Commissions, Tariff


@dataclass(frozen=True, slots=True)
class Rates:
    """Rules that have been found free of contradictions: what residents pay, and what operators earn."""

    tariff: Tariff
    commissions: Commissions
