"""What an issuer says of itself when the center asks: what it is, what it issues, and what stands behind its papers. Nothing about anybody."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from sqlalchemy import Connection, select

from certificates.kinds import KINDS
from issuer.inventory import sections
from issuer.referring import Referrals
from issuer.terms import Issuer
from messages.conditions import AskCondition, AskInventory, Condition, Inventory, RegisterAge
from messages.orders import Build
from messages.refusals import Refusal, refuse
from storage.instants import JST
from storage.store import Store
from trust.referrals import key_name

REGISTERS = ("residents", "koseki", "seal", "tax")

Ages = Callable[[datetime], Awaitable[tuple[RegisterAge, ...]]]
"""Of when the data of each register are, where they come from elsewhere."""


class SelfReport:
    """Answers for one municipality. Without `ages` the registers are kept here themselves."""

    def __init__(self, issuer: Issuer, store: Store, declared: Build, ages: Ages | None = None, referrals: Referrals | None = None) -> None:
        self._issuer = issuer
        self._store = store
        self._declared = declared
        self._ages = ages
        self._referral_keys = tuple(key_name(key.public_key()) for key in referrals.keys) if referrals is not None else ()

    async def condition(self, message: AskCondition, now: datetime) -> Condition | Refusal:
        """How it is. That the store answers is part of it."""
        if message.municipality != self._issuer.municipality:
            return refuse("municipality_unknown")
        ages = await self._ages(now) if self._ages is not None else tuple(RegisterAge(register=register, as_of=None) for register in REGISTERS)
        await self._store.read(answers)
        kinds = tuple(kind for kind in KINDS if self._issuer.policy_on(kind, _day(now)) is not None)
        return Condition(municipality=message.municipality, declared=self._declared, kinds=kinds, registers=ages)

    async def inventory(self, message: AskInventory, now: datetime) -> Inventory | Refusal:
        """What stands behind these kinds; `kind_unknown` when one of them is not issued here at all."""
        if message.municipality != self._issuer.municipality:
            return refuse("municipality_unknown")
        if not message.kinds or any(kind not in self._issuer.policies for kind in message.kinds):
            return refuse("kind_unknown")
        found = await self._store.read(sections, self._issuer, message.kinds, message.nonce, _day(now))
        return Inventory(
            municipality=message.municipality,
            sections=found,
            series=self._issuer.number_prefix,
            declared=self._declared,
            referral_keys=self._referral_keys if any(KINDS[kind].yearly for kind in message.kinds) else (),
        )


def _day(now: datetime) -> date:
    return now.astimezone(JST).date()


def answers(connection: Connection) -> None:
    """One step: the database answers."""
    connection.execute(select(1))
