"""本籍地利用登録 (domain facts 2.6): a resident whose 本籍 is elsewhere applies at the kiosk, that municipality's clerks look, and the certificate is bound to the 戸籍. Kiosk to center, center to
issuer. It costs nothing. The center passes the application on and keeps nothing of it but its number.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from messages.wire import Instant, Message

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "not_found": ("申請の内容に合う戸籍が見つかりませんでした。", "No family register was found that agrees with the application."),
        "name_differs": ("氏名が戸籍と一致しませんでした。", "The name differs from the family register."),
        "birth_differs": ("生年月日が戸籍と一致しませんでした。", "The date of birth differs from the family register."),
        "removed": ("申請された戸籍からは除かれています。", "You have been removed from that family register."),
        "not_convertible": (
            "改製不適合戸籍のため、コンビニ交付では発行できません。窓口または郵送で請求してください。",
            "This register could not be converted and cannot be issued at a kiosk. Please ask at the office or by post.",
        ),
        "duplicate": ("すでに利用登録が済んでいます。", "You are registered already."),
        "other": ("窓口へお問い合わせください。", "Please ask at the municipal office."),
    }
)
"""Code -> sentence (ja, en). Protection is never among them: such an application is returned with `other`."""


class UseApplication(Message, frozen=True, kw_only=True):
    """本籍地利用登録申請: who applies to the municipality of their 本籍, as typed at the kiosk (domain facts 2.6). `birth` is ISO; `honseki` without the municipality's own name."""

    application_id: str
    visit_id: str
    kiosk_id: str
    municipality: str
    honseki: str
    hittousha: str
    name: str
    birth: str
    phone: str
    applied_at: Instant


class ApplyForUse(Message, frozen=True, kw_only=True):
    """The application signed by the kiosk's own key over its canonical bytes. The center passes it on and keeps nothing of it but its number."""

    application: UseApplication
    signature: bytes


class UseReceived(Message, frozen=True, kw_only=True):
    """The application is with the municipality's clerks: its 受付番号, the day it came and the day by which it is expected to be decided (ISO)."""

    visit_id: str
    municipality: str
    number: str
    received_on: str
    expected_by: str


UseState = Literal["none", "received", "accepted", "returned", "ended"]


class AskUse(Message, frozen=True, kw_only=True):
    """How this card's 利用登録 at a municipality stands."""

    visit_id: str
    municipality: str


class Use(Message, frozen=True, kw_only=True):
    """How it stands. `number` is the application's 受付番号, days are ISO: received on, expected to be decided by, usable from. `reason` (of one returned) is a code of `REASONS`.

    `ended`: it was in force, and the certificate or the 戸籍 has changed since; it must be applied for again.
    """

    visit_id: str
    municipality: str
    state: UseState
    number: str | None = None
    received_on: str | None = None
    expected_by: str | None = None
    usable_from: str | None = None
    reason: str | None = None


class RegisterUse(Message, frozen=True, kw_only=True):
    """A 本籍地利用登録申請 for the clerks of `application.municipality`, by the holder of this 利用者証明用 certificate."""

    serial: str
    application: UseApplication


class UseTaken(Message, frozen=True, kw_only=True):
    """See `UseReceived`; the issuer's word."""

    visit_id: str
    number: str
    received_on: str
    expected_by: str


class AskRegisteredUse(Message, frozen=True, kw_only=True):
    """How the 利用登録 of this certificate stands at `municipality`."""

    visit_id: str
    serial: str
    municipality: str


class RegisteredUse(Message, frozen=True, kw_only=True):
    """See `Use`; the issuer's word."""

    visit_id: str
    state: UseState
    number: str | None = None
    received_on: str | None = None
    expected_by: str | None = None
    usable_from: str | None = None
    reason: str | None = None
