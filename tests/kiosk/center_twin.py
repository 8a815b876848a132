"""A twin of the issuance center, as the kiosk knows it: strict about who asks and in which order, with real papers. A test may make it silent, refuse, or lie."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.binding import binding
from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.issuing import Offered, Wanted, issue, offer
from certificates.kinds import KINDS
from certificates.printing import Hands
from certificates.seal import seal_png
from messages import uses
from messages import visits as said
from messages.link import NoAnswer
from messages.refusals import refuse
from messages.wire import Message, decode, encode, hash_of
from tests.certificates.holders import found, policy
from tests.certificates.people import FORM, NOW
from tests.kiosk.signers import CENTER, CODE, OTHER_CODE, hands, neighbour, signed
from trust.challenge import check_signature
from trust.signing import verified

KEY = bytes(range(32, 64))
SEALED_FORM = IssuerForm(**{**{name: getattr(FORM, name) for name in FORM.__slots__}, "seal_png": seal_png("見本市長印")})
FEES_YEN = {
    "juminhyo": 300,
    "kojinhyo": 300,
    "kisai_jiko": 300,
    "inkan": 250,
    "koseki": 450,
    "fuhyo": 300,
    "kazei": 400,
    "shotoku": 400,
    "shotoku_kazei": 800,
}
HOME = said.MunicipalityEntry(code=CODE, prefecture="見本県", name="みほん市", name_en="Mihon City")
"""Where the holder lives. Papers of `OTHER_CODE` are signed by that municipality, all others by this one."""


class CenterTwin:
    """`ask` answers like the center. What it learned stands in `opened`, `closed`, `applied`, `reports` (in the order they came, repeats left out)."""

    def __init__(self, kiosk_key: ec.EllipticCurvePublicKey, fees_yen: Mapping[str, int] = FEES_YEN) -> None:
        self.kiosk_key = kiosk_key
        self.registers = found()
        self.fees_yen = fees_yen  # form -> yen
        self.shut: frozenset[str] = frozenset()  # kinds that are closed now
        self.shut_until: datetime | None = None
        self.because: said.ClosedBecause | None = None
        self.municipalities: tuple[said.MunicipalityEntry, ...] = (HOME,)
        self.only: str | None = None  # this kiosk serves its residents alone
        self.vouching: frozenset[str] = frozenset()  # municipalities that vouch for their residents
        self.not_known_at: frozenset[str] = frozenset()  # municipalities that do not find the holder among those who lived there
        self.open_years: tuple[int, ...] = (2026, 2025, 2024)  # by the directory
        self.without_years: frozenset[int] = frozenset()  # of which the issuer has nothing
        self.referred: dict[str, tuple[str, str, int]] = {}  # visit -> who vouched, towards whom, of which year; used up by an order
        self.use_open = True
        self.uses: dict[str, uses.Use] = {}  # municipality -> how it stands
        self.use_applied: dict[str, tuple[uses.UseApplication, uses.UseReceived]] = {}
        self.asked: list[Message] = []
        self.opened: list[str] = []
        self.closed: dict[str, str] = {}
        self.admitted: dict[str, str] = {}  # visit -> serial
        self.applied: dict[str, tuple[said.Application, said.CertificateReady]] = {}
        self.reports: list[said.Event] = []
        self.silent_before: Counter[type[Message]] = Counter()  # so many times: nothing arrives
        self.silent_after: Counter[type[Message]] = Counter()  # so many times: it arrives, the answer does not
        self.refusing: dict[type[Message], str] = {}
        self.lie: Callable[[said.CertificateReady], said.CertificateReady] | None = None
        self.on_ask: Callable[[Message], None] = lambda _: None

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        assert timeout_seconds > 0
        self.on_ask(message)
        self.asked.append(message)
        kind = type(message)
        if self.silent_before[kind] > 0:
            self.silent_before[kind] -= 1
            raise NoAnswer("timeout")
        # Over the wire and back: what cannot be encoded cannot be said.
        answer = refuse(self.refusing[kind]) if kind in self.refusing else self._answer(decode(encode(message), kind))
        if self.silent_after[kind] > 0:
            self.silent_after[kind] -= 1
            raise NoAnswer("timeout")
        return answer

    def steps(self) -> list[str]:
        """The reported steps in the order they came."""
        return [event.step for event in self.reports]

    def _answer(self, message: Message) -> Message:
        match message:
            case said.AskDirectory():
                return said.Directory(municipalities=self.municipalities, valid_until=NOW + timedelta(days=1), only=self.only)
            case said.OpenVisit():
                self.opened.append(message.visit_id)
                return said.VisitOpened(challenge=self._challenge(message.visit_id, message.kiosk_id))
            case said.Authenticate():
                return self._authenticate(message)
            case said.AskKinds():
                return self._for(message.visit_id, self._kinds(message.municipality))
            case said.AskChoices(vouched_by=str()):
                return self._for(message.visit_id, self._referred(message))
            case said.AskChoices():
                return self._for(message.visit_id, self._choices(message.kind))
            case uses.AskUse():
                return self._for(message.visit_id, self._use(message.visit_id, message.municipality))
            case uses.ApplyForUse():
                return self._for(message.application.visit_id, self._applied_for_use(message))
            case said.Apply():
                return self._apply(message)
            case said.Report():
                return self._report(message)
            case said.CloseVisit():
                self.closed.setdefault(message.visit_id, message.reason)
                return said.VisitClosed(visit_id=message.visit_id)
        raise AssertionError(type(message))

    def _for(self, visit_id: str, answer: Message) -> Message:
        return answer if visit_id in self.admitted and visit_id not in self.closed else refuse("visit_not_authenticated")

    def _challenge(self, visit_id: str, kiosk_id: str) -> said.Challenge:
        return said.Challenge(visit_id=visit_id, kiosk_id=kiosk_id, center=CENTER, nonce="ab" * 16, expires_at=NOW + timedelta(minutes=10))

    def _authenticate(self, message: said.Authenticate) -> Message:
        certificate = x509.load_der_x509_certificate(message.certificate)
        if not check_signature(certificate, message.signature, encode(self._challenge(message.visit_id, "K-0001"))):
            return refuse("challenge_signature_bad")
        self.admitted[message.visit_id] = f"{certificate.serial_number:x}"
        return said.Admitted(visit_id=message.visit_id, visit_key=KEY, closes_at=NOW + timedelta(minutes=10))

    def _fees(self, kind: str) -> tuple[said.FormFee, ...]:
        return tuple(said.FormFee(form=form.code, fee_yen=self.fees_yen[form.code]) for form in KINDS[kind].forms)

    def _kinds(self, municipality: str) -> said.KindsOffered:
        assert municipality in {entry.code for entry in self.municipalities}
        kinds = tuple(self._kind(kind, municipality) for kind in KINDS)
        return said.KindsOffered(
            municipality=municipality, kinds=kinds, use_open=self.use_open, use_opens_at=None if self.use_open else self.shut_until
        )

    def _kind(self, kind: str, municipality: str) -> said.KindOffer:
        shut, yearly = kind in self.shut, KINDS[kind].yearly
        return said.KindOffer(
            kind=kind,
            fees=self._fees(kind),
            open=not shut,
            because=self.because if shut else None,
            opens_at=self.shut_until if shut else None,
            years=self.open_years if yearly else (),
            wide=yearly and municipality in self.vouching,
        )

    def _referred(self, message: said.AskChoices) -> Message:
        """課税証明書の広域交付: one municipality vouches towards another, for one year."""
        assert message.vouched_by in self.vouching
        assert message.vouched_by != message.municipality
        assert message.year is not None
        if not next(entry for entry in self.municipalities if entry.code == message.municipality).wide_tax:
            return refuse("wide_not_joined")
        if message.municipality in self.not_known_at:
            return refuse("not_found_there")
        self.referred[message.visit_id] = (message.vouched_by, message.municipality, message.year)
        return self._choices(message.kind)

    def _use(self, visit_id: str, municipality: str) -> uses.Use:
        stands = self.uses.get(municipality)
        return (
            uses.Use(visit_id=visit_id, municipality=municipality, state="none")
            if stands is None
            else msgspec.structs.replace(stands, visit_id=visit_id)
        )

    def _applied_for_use(self, message: uses.ApplyForUse) -> Message:
        application = message.application
        if not verified(self.kiosk_key, message.signature, encode(application)):
            return refuse("kiosk_signature_bad")
        if application.application_id not in self.use_applied:
            if any(known.municipality == application.municipality for known, _ in self.use_applied.values()):
                return refuse("use_pending")
            of, number = {"visit_id": application.visit_id, "municipality": application.municipality}, f"利用-{len(self.use_applied) + 1:06d}"
            days = {"number": number, "received_on": "2026-11-23", "expected_by": "2026-11-30"}
            self.use_applied[application.application_id] = (application, uses.UseReceived(**of, **days))
            self.uses[application.municipality] = uses.Use(**of, **days, state="received")
        known, receipt = self.use_applied[application.application_id]
        return receipt if known == application else refuse("request_altered")

    def _choices(self, kind: str) -> said.Choices:
        offered = offer(self.registers, KINDS[kind], policy(kind), KEY, NOW)
        assert isinstance(offered, Offered)
        members = tuple(
            said.MemberChoice(
                member_id=each.id, name=each.name, relation=each.relation, holder=each.holder, choosable=each.choosable, fingerprint=each.fingerprint
            )
            for each in offered.members
        )
        return said.Choices(
            kind=kind,
            members=members,
            forms=self._fees(kind),
            years=tuple(year for year in offered.years if year not in self.without_years),
            options=offered.options,
            copies_max=offered.copies_max,
            register_version=offered.register_version,
        )

    def _apply(self, message: said.Apply) -> Message:
        application = message.application
        if not verified(self.kiosk_key, message.signature, encode(application)):
            return refuse("kiosk_signature_bad")
        if application.request_id not in self.applied:
            if application.vouched_by is not None:
                of = (application.vouched_by, application.municipality, application.year)
                if self.referred.pop(application.visit_id, None) != of:
                    return refuse("referral_used")
            papers = tuple(self.paper(application, copy) for copy in range(application.copies))
            ready = said.CertificateReady(request_id=application.request_id, papers=papers, total_yen=application.fee_yen * application.copies)
            self.applied[application.request_id] = (application, ready)
        known, ready = self.applied[application.request_id]
        if known != application:
            return refuse("request_altered")
        return ready if self.lie is None else self.lie(ready)

    def paper(
        self, application: said.Application, copy: int, change: Callable[[Face], Face] = lambda face: face, by: Hands | None = None
    ) -> said.ReadyPaper:
        """Copy number `copy` of what was applied for; `change` makes it another paper, `by` signs its face for the municipality."""
        issuance_id = f"{application.request_id[:30]}{copy:02d}"
        bound = binding(issuance_id, self.admitted[application.visit_id], hash_of(application))
        number = f"みほん市 20261123 見本 {copy + 1:03d}"
        wanted = Wanted(application.members, application.show, application.form, application.year, application.register_version)
        face = issue(self.registers, KINDS[application.kind], policy(application.kind), wanted, SEALED_FORM, number, bound, NOW)
        assert isinstance(face, Face), face
        made = signed(change(face), SEALED_FORM, issuance_id, by or self._signs(application.municipality))
        return said.ReadyPaper(issuance_id=issuance_id, binding=bound, number=number, sheets=made.sheets, face=made.face, back=made.back)

    def _signs(self, municipality: str) -> Hands:
        return neighbour() if municipality == OTHER_CODE else hands()

    def _report(self, message: said.Report) -> Message:
        event = message.event
        if not verified(self.kiosk_key, message.signature, encode(event)):
            return refuse("kiosk_signature_bad")
        known = [each for each in self.reports if each.seq == event.seq]
        assert known in ([], [event]), "one number, two reports"
        if not known:
            assert event.seq == len(self.reports) + 1, "a report is missing"
            assert event.visit_id not in self.closed or event.step != "paid"
            self.reports.append(event)
        return said.Acknowledged(kiosk_id=event.kiosk_id, seq=event.seq)
