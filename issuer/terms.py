"""What one municipality has decided about its papers: who certifies from which day, what is offered of each kind from which day, how its numbers read.

Values and their settings in a configuration file; the same for a municipality with a server of its own and for a tenant of the shared cloud. Decides nothing about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from certificates.issuer_form import IssuerForm
from certificates.policy import LeavingBlocks, Overflow, Policy, Undeclared
from certificates.wareki import ERAS, Era


class Certifier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who certifies from this day on: 市区町村長 or 職務代理者, always with title and name (domain facts 4). The 都道府県名 precedes the title."""

    since: date
    title: str
    name: str


class EraSetting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """元号: its name and its first day."""

    name: str
    first: date


class PolicySetting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is offered of one kind from the day `since` on (`certificates.policy.Policy`); without `eras`, those known today. `options` and `forms` are the codes offered here."""

    since: date
    options: tuple[str, ...]
    forms: tuple[str, ...]
    copies_max: int
    leaving_blocks: LeavingBlocks = "person"
    overflow: Overflow = "refuse"
    undeclared: Undeclared = "refuse"
    years: int = 1
    year_opens: tuple[int, int] = (6, 3)
    years_need_approval: bool = False
    switch_days: int = 0
    eras: tuple[EraSetting, ...] = ()


@dataclass(frozen=True, slots=True)
class Issuer:
    """What this municipality decides about its papers. `forms` and each kind's `policies` are (from which day, what), the earliest first.

    `refusal_seconds` is how long after the question every refusal is answered; `wide_tax_since` the day from which the municipality takes part in 課税証明書の広域交付 (None: it does not),
    `referral_seconds` how long its referrals are good.
    """

    municipality: str
    number_prefix: str
    refusal_seconds: float
    forms: tuple[tuple[date, IssuerForm], ...]
    policies: Mapping[str, tuple[tuple[date, Policy], ...]]
    wide_tax_since: date | None = None
    referral_seconds: int = 300

    def wide_tax_on(self, day: date) -> bool:
        """Whether this municipality takes part in 課税証明書の広域交付 on this day."""
        return self.wide_tax_since is not None and self.wide_tax_since <= day

    def form_on(self, day: date) -> IssuerForm:
        """The form in force on this day (the earliest one for days before it): the certifier changes by date."""
        in_force = [form for since, form in self.forms if since <= day]
        return in_force[-1] if in_force else self.forms[0][1]

    def policy_on(self, kind: str, day: date) -> Policy | None:
        """The policy of this kind in force on this day; None while the kind is not offered (yet)."""
        in_force = [policy for since, policy in self.policies.get(kind, ()) if since <= day]
        return in_force[-1] if in_force else None


def policies_of(kind: str, settings: tuple[PolicySetting, ...]) -> tuple[tuple[date, Policy], ...]:
    """The policies these settings describe, the earliest first; ValueError when one contradicts itself or two begin on one day."""
    if len({setting.since for setting in settings}) != len(settings):
        raise ValueError(f"{kind}: two settings from one day on")
    return tuple((setting.since, _policy(kind, setting)) for setting in sorted(settings, key=lambda setting: setting.since))


def _policy(kind: str, setting: PolicySetting) -> Policy:
    return Policy(
        kind=kind,
        options=setting.options,
        forms=setting.forms,
        copies_max=setting.copies_max,
        leaving_blocks=setting.leaving_blocks,
        overflow=setting.overflow,
        undeclared=setting.undeclared,
        years=setting.years,
        year_opens=setting.year_opens,
        years_need_approval=setting.years_need_approval,
        switch_days=setting.switch_days,
        eras=tuple(Era(era.name, era.first) for era in setting.eras) or ERAS,
    )
