"""Issuance center and issuer, about the issuer itself: how it is, and what stands behind its papers. No person is asked about."""

from messages.orders import Build
from messages.wire import Instant, Message


class AskCondition(Message, frozen=True, kw_only=True):
    """How an issuer is, for one municipality that it serves."""

    municipality: str


class RegisterAge(Message, frozen=True, kw_only=True):
    """Of when the data of one register are; None: the register is kept here itself and has no age."""

    register: str
    as_of: Instant | None


class Condition(Message, frozen=True, kw_only=True):
    """What the issuer is and whether it would serve. `kinds` it issues now; `halted` says in a word why it does not, if so."""

    municipality: str
    declared: Build
    kinds: tuple[str, ...]
    registers: tuple[RegisterAge, ...]
    halted: str | None = None


class AskInventory(Message, frozen=True, kw_only=True):
    """What stands behind these kinds here: before a municipality's kinds move from one issuer to another, both are asked with the same `nonce` and the answers compared."""

    municipality: str
    kinds: tuple[str, ...]
    nonce: str


class InventorySection(Message, frozen=True, kw_only=True):
    """One thing that must be the same on both sides: how many, and a digest of all of them keyed with the nonce. Sections: `bindings`, `stops`, `forms`, `seal`, `certifier`, `people`."""

    section: str
    count: int
    digest: str


class Inventory(Message, frozen=True, kw_only=True):
    """The sections, and `series`: a text that stands in every 発行番号 of this issuer. Two issuers of one municipality must not share a series.

    `referral_keys` name the keys by which it opens referrals for the municipality (課税証明書の広域交付; `trust.referrals.key_name`): the directory's
    key statement must be of one of them. Empty: of none.
    """

    municipality: str
    sections: tuple[InventorySection, ...]
    series: str
    declared: Build
    referral_keys: tuple[str, ...] = ()
