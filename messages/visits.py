"""Kiosk and issuance center: one visit, from a challenge to the last report.

`AskDirectory`, `OpenVisit`, `Authenticate`, `AskKinds`, `AskChoices`, `Apply`, then `Report` for what became of money and paper, and `CloseVisit`. Every message may be
repeated: the same one gets the same answer, and changes nothing a second time. 本籍地利用登録 (`messages.uses`) is part of a visit too.
"""

from typing import Literal

from messages.wire import Instant, Message

ReportedStep = Literal["paid", "printed", "taken", "returned", "unresolved"]


class AskDirectory(Message, frozen=True, kw_only=True):
    """Which municipalities take part, for the screen that asks where the resident lives."""

    kiosk_id: str


class PlaceAlias(Message, frozen=True, kw_only=True):
    """Another name under which people look for a municipality: a ward of a designated city, or a municipality that was merged into it. `code` is that place's own code."""

    code: str
    name: str
    name_en: str
    what: Literal["ward", "former"]


class MunicipalityEntry(Message, frozen=True, kw_only=True):
    """One municipality: 6-digit code with check digit, names, the kinds it issues at kiosks.

    `wide_tax`: it has joined the 課税証明書の広域交付 and issues to former residents; where it has not, `write_to` says where to write. `use`: it takes 本籍地利用登録.
    """

    code: str
    prefecture: str
    name: str
    name_en: str
    kinds: tuple[str, ...] = ()
    wide_tax: bool = False
    write_to: str = ""
    use: bool = False
    aliases: tuple[PlaceAlias, ...] = ()


class Directory(Message, frozen=True, kw_only=True):
    """The municipalities in the order of their codes; may be kept until `valid_until`. `only` is the municipality whose residents alone this kiosk serves, if it is such a one."""

    municipalities: tuple[MunicipalityEntry, ...]
    valid_until: Instant
    only: str | None = None


class OpenVisit(Message, frozen=True, kw_only=True):
    """A resident has agreed to the terms; `visit_id` is made by the kiosk (UUIDv7, hex)."""

    visit_id: str
    kiosk_id: str
    opened_at: Instant


class Challenge(Message, frozen=True, kw_only=True):
    """What the card signs, as SHA-256 over these canonical bytes: one card, one visit, one kiosk, one center, for minutes."""

    visit_id: str
    kiosk_id: str
    center: str
    nonce: str
    expires_at: Instant


class VisitOpened(Message, frozen=True, kw_only=True):
    """The challenge for this visit."""

    challenge: Challenge


class Authenticate(Message, frozen=True, kw_only=True):
    """The card's answer: its 利用者証明用 certificate (DER) and its RSA signature (PKCS#1 v1.5, SHA-256) over the challenge."""

    visit_id: str
    certificate: bytes
    signature: bytes


class Admitted(Message, frozen=True, kw_only=True):
    """The card is who it says. `visit_key` (32 bytes) keys the fingerprints of this visit; the right ends at `closes_at` at the latest."""

    visit_id: str
    visit_key: bytes
    closes_at: Instant


class AskKinds(Message, frozen=True, kw_only=True):
    """Which certificates this municipality offers at this kiosk now."""

    visit_id: str
    municipality: str


class FormFee(Message, frozen=True, kw_only=True):
    """What one copy on this form (`certificates.kinds.FormOf`) costs in this visit, in yen."""

    form: str
    fee_yen: int


ClosedBecause = Literal["hours", "maintenance", "stopped"]


class KindOffer(Message, frozen=True, kw_only=True):
    """One kind: the fees of its forms, in their order, those without a price left out; when closed, why and until when (None: nobody knows yet).

    `years` are the 年度 of a yearly kind that this municipality offers now, the latest first. `wide`: of a yearly kind, this municipality vouches for its residents towards the one where
    they lived on January 1.
    """

    kind: str
    fees: tuple[FormFee, ...]
    open: bool
    opens_at: Instant | None = None
    because: ClosedBecause | None = None
    years: tuple[int, ...] = ()
    wide: bool = False


class KindsOffered(Message, frozen=True, kw_only=True):
    """The kinds in the order they are shown. `use_open`: an application for 本籍地利用登録 is taken now; closed, until when."""

    municipality: str
    kinds: tuple[KindOffer, ...]
    use_open: bool = False
    use_opens_at: Instant | None = None


class AskChoices(Message, frozen=True, kw_only=True):
    """Who and what may stand on a certificate of this kind.

    課税証明書の広域交付: `municipality` is the one where the holder lived on January 1 of `year`, `vouched_by` the one where they live now. Otherwise both are None.
    """

    visit_id: str
    municipality: str
    kind: str
    vouched_by: str | None = None
    year: int | None = None


class MemberChoice(Message, frozen=True, kw_only=True):
    """One person who may be listed. `member_id` is the 宛名番号, or the person's number in the 戸籍; `fingerprint` is `certificates.fingerprint` over the printed name and birth date under
    the visit key. `choosable` False: stands on the paper about everybody only.
    """

    member_id: str
    name: str
    relation: str
    holder: bool
    choosable: bool
    fingerprint: str


class Choices(Message, frozen=True, kw_only=True):
    """The members in the order they would stand on the paper, the forms with their fees, the options that may be asked for (codes of `certificates.kinds`), the copies allowed.

    `years` are the 年度 of a yearly kind, the latest first (2026 is 令和8年度). `register_version` names the state of the register these choices were read from; an order carries it back.
    """

    kind: str
    members: tuple[MemberChoice, ...]
    forms: tuple[FormFee, ...]
    years: tuple[int, ...]
    options: tuple[str, ...]
    copies_max: int
    register_version: str


class Application(Message, frozen=True, kw_only=True):
    """What the resident asks for. `members` are ids of `Choices` in any order, `show` the options asked for, `year` the 年度 of a yearly kind; `fee_yen` is the price of one copy on `form`
    that was on the screen. `vouched_by` as in the `AskChoices` before it.
    """

    request_id: str
    visit_id: str
    kiosk_id: str
    municipality: str
    kind: str
    form: str
    year: int | None
    vouched_by: str | None = None
    members: tuple[str, ...]
    show: tuple[str, ...]
    copies: int
    fee_yen: int
    register_version: str
    applied_at: Instant


class Apply(Message, frozen=True, kw_only=True):
    """An application signed by the kiosk's own key (ECDSA P-256, SHA-256, DER) over its canonical bytes."""

    application: Application
    signature: bytes


class ReadyPaper(Message, frozen=True, kw_only=True):
    """One copy: the issuer's face, and the center's back, which has a page for each of the face's `sheets`. `binding` stands on each sheet; `number` is the issuer's 発行番号."""

    issuance_id: str
    binding: str
    number: str
    sheets: int
    face: bytes
    back: bytes


class CertificateReady(Message, frozen=True, kw_only=True):
    """The papers are here and have passed the center's gate. `total_yen` is to be paid before they are printed."""

    request_id: str
    papers: tuple[ReadyPaper, ...]
    total_yen: int


class Event(Message, frozen=True, kw_only=True):
    """What became of one paper and its money; `yen` is the fee concerned. The kiosk numbers its reports (`seq`) and repeats each until it is acknowledged."""

    kiosk_id: str
    seq: int
    visit_id: str
    request_id: str
    issuance_id: str
    step: ReportedStep
    yen: int
    at: Instant
    reason: str = ""


class Report(Message, frozen=True, kw_only=True):
    """An event signed by the kiosk's own key over its canonical bytes."""

    event: Event
    signature: bytes


class Acknowledged(Message, frozen=True, kw_only=True):
    """The report is in the center's records, now or from an earlier time."""

    kiosk_id: str
    seq: int


class CloseVisit(Message, frozen=True, kw_only=True):
    """The resident has left, or the kiosk ended the visit; nothing can be asked under it afterwards."""

    visit_id: str
    kiosk_id: str
    at: Instant
    reason: Literal["finished", "cancelled", "idle", "refused", "restarted", "failed"]


class VisitClosed(Message, frozen=True, kw_only=True):
    """The visit is closed."""

    visit_id: str
