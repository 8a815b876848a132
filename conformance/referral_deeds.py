"""What is done for 課税証明書の広域交付. The kit plays the other municipality, with the document key that the profile gives it. A case gives what was wrong; nothing wrong is a pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.signature.chain import SignerRole, signing_certificate
from conformance.findings import NotTried
from conformance.optional_deeds import otherwise, served
from conformance.profile import Former, Referrals
from conformance.protocol_deeds import NOBODYS_CODE, Wrong
from conformance.store import Asked, Ordered, Store, Unexpected, word
from conformance.trial import Trial
from messages.orders import AskReferral, ChoicesOffered, Issued, OfferChoices, Referred
from messages.wire import Message
from trust.authority import load_certificate, load_key
from trust.document_signers import document_signer_certificate, signing_authority
from trust.referrals import BadReferral, Believed, Referral, Signing, card_digest, key_statement, opened, seal, sealing_key

MINUTES = 300


@dataclass(frozen=True, slots=True)
class Other:
    """The municipality that the kit plays: its code, what it signs with, the key that referrals for it are sealed for, and whom it believes."""

    code: str
    signing: Signing
    key: ec.EllipticCurvePrivateKey
    root: x509.Certificate

    def believe(self, chain: Sequence[bytes]) -> Believed:
        """See `trust.referrals.Believe`."""
        found = signing_certificate(chain, (self.root,))
        if found.role is not SignerRole.MUNICIPALITY:
            raise ValueError("no municipality")
        return Believed(found.name, found.key, found.valid_from, found.valid_until)


def _played(trial: Trial) -> tuple[Referrals, Other]:
    served(trial, "referrals")
    told = trial.profile.referrals
    if told is None:
        raise NotTried("the profile says nothing of referrals")
    key, certificate = load_key(told.key), load_certificate(told.certificate)
    assert isinstance(key, rsa.RSAPrivateKey)
    signing = Signing(key, (certificate.public_bytes(Encoding.DER),))
    return told, Other(told.as_municipality, signing, ec.generate_private_key(ec.SECP256R1()), trial.believed.root)


async def vouched(trial: Trial) -> Wrong:
    """X4: the server vouches for its residents, for nobody else, and towards nobody else."""
    told, other = _played(trial)
    if not told.residents:
        raise NotTried("the profile names nobody for whom the server vouches")
    store, wrong, lengths = trial.store(), list[str](), set[int]()
    statement = _statement(trial, other)
    for resident in told.residents:
        asked = _question(trial, store, told, statement, resident.person, resident.year)
        reply = await store.ask(asked)
        if resident.refused is not None:
            wrong += otherwise(reply, resident.refused, f"{resident.person} {resident.year}")
        elif not isinstance(reply, Referred):
            wrong.append(f"{resident.person} {resident.year}: {word(reply)} instead of a referral")
        else:
            lengths.add(len(reply.sealed))
            wrong += _referral_problems(trial, other, asked, reply, resident.juminhyo_code, resident.birth)
    wrong += [] if len(lengths) < 2 else ["referrals of different length: they are not padded"]
    good = next((one for one in told.residents if one.refused is None), None)
    return (
        wrong if good is None else wrong + await _badly_asked(trial, store, other, _question(trial, store, told, statement, good.person, good.year))
    )


def _statement(trial: Trial, other: Other, code: str = "", since: int = -1, until: int = 1) -> str:
    at = trial.now()
    return key_statement(other.signing, code or other.code, other.key.public_key(), at + timedelta(hours=since), at + timedelta(hours=until))


def _question(trial: Trial, store: Store, told: Referrals, statement: str, person: str, year: int) -> AskReferral:
    serial = trial.profile.person(person).serial
    return AskReferral(
        visit_id=store.new_id(),
        serial=serial,
        municipality=trial.profile.municipality,
        to=told.as_municipality,
        kind=told.kind,
        year=year,
        recipient=statement,
    )


def _referral_problems(trial: Trial, other: Other, asked: AskReferral, reply: Referred, juminhyo_code: str, birth: str) -> Wrong:
    try:
        said = opened(reply.sealed, (other.key,), other.code, other.believe, trial.now())
    except BadReferral as bad:
        return [f"a referral that cannot be believed: {bad}"]
    right = {
        "issuer": said.issuer == trial.profile.municipality,
        "visit_id": said.visit_id == reply.visit_id == asked.visit_id,
        "card": said.card == card_digest(asked.visit_id, asked.serial),
        "juminhyo_code": said.juminhyo_code == juminhyo_code,
        "birth": said.birth == birth,
        "kind": said.kind == asked.kind,
        "year": said.year == asked.year,
    }
    return [f"a referral of another {what}" for what, so in right.items() if not so]


async def _badly_asked(trial: Trial, store: Store, other: Other, good: AskReferral) -> Wrong:
    questions: dict[str, tuple[dict[str, Any], str]] = {
        "another municipality": ({"municipality": NOBODYS_CODE}, "municipality_unknown"),
        "a kind without years": ({"kind": "juminhyo"}, "kind_unknown"),
        "a serial that nobody has": ({"serial": f"f{trial.token(12).hex()}"}, "not_registered"),
        "towards itself": ({"to": trial.profile.municipality}, "referral_invalid"),
        "no key statement": ({"recipient": ""}, "referral_invalid"),
        "an altered key statement": ({"recipient": _altered(good.recipient, 1)}, "referral_invalid"),
        "another municipality's key statement": ({"recipient": _statement(trial, other, trial.profile.municipality)}, "referral_invalid"),
        "a key statement of yesterday": ({"recipient": _statement(trial, other, since=-48, until=-24)}, "referral_invalid"),
        "a key statement of tomorrow": ({"recipient": _statement(trial, other, since=24, until=48)}, "referral_invalid"),
    }
    replies = {what: await store.ask(msgspec.structs.replace(good, visit_id=store.new_id(), **changed)) for what, (changed, _) in questions.items()}
    return [one for what, reply in replies.items() for one in otherwise(reply, questions[what][1], what)]


def _altered(compact: str, part: int) -> str:
    """The same with one character in the middle of this part another."""
    parts = compact.split(".")
    at = len(parts[part]) // 2
    parts[part] = parts[part][:at] + ("A" if parts[part][at] != "A" else "B") + parts[part][at + 1 :]
    return ".".join(parts)


class Carried:
    """The kit as the center that carries referrals of one former resident to the server."""

    def __init__(self, trial: Trial, told: Referrals, other: Other, former: Former) -> None:
        self._trial, self._other, self._told, self.former = trial, other, told, former
        self.store = trial.store()
        at = trial.now()
        statement = told.statement.read_text(encoding="ascii").strip()
        try:
            self._key = sealing_key(statement, trial.profile.municipality, other.believe, at)
        except BadReferral as bad:
            raise Unexpected(f"the server's key statement: {bad}") from None

    def referral(self, visit_id: str, serial: str, /, **changed: Any) -> Referral:
        """A good one, but for `changed`."""
        made = int(self._trial.now().timestamp())
        said: dict[str, Any] = {
            "issuer": self._other.code,
            "audience": self._trial.profile.municipality,
            "visit_id": visit_id,
            "card": card_digest(visit_id, serial),
            "juminhyo_code": self.former.juminhyo_code,
            "birth": self.former.birth,
            "kind": self._told.kind,
            "year": self.former.year,
            "number": self._trial.token(16).hex(),
            "made_at": made,
            "expires_at": made + MINUTES,
        }
        return Referral(**said | changed)

    def sealed(self, said: Referral, signing: Signing | None = None) -> str:
        """As it travels."""
        return seal(said, signing or self._other.signing, self._key, self._trial.token)

    def question(self, visit_id: str, serial: str, sealed: str, /, **changed: Any) -> tuple[OfferChoices, bytes]:
        """The center's question with it."""
        shown = {"visit_id": visit_id, "referral": sealed, "year": self.former.year, "vouched_by": self._other.code} | changed
        return self.store.question(serial, str(shown.pop("kind", self._told.kind)), **shown)

    def serial(self) -> str:
        """A card that nobody has."""
        return f"f{self._trial.token(12).hex()}"

    def order(self, offered: ChoicesOffered, key: bytes, serial: str) -> Ordered:
        """An order by it; `Unexpected` where there is nothing to order."""
        if len(offered.members) != 1 or not offered.forms:
            raise Unexpected(f"{self.former.id}: not the holder alone, or no form")
        person = msgspec.structs.replace(self._trial.profile.people[0], id=self.former.id, serial=serial, may=(), refused=(), marks=())
        ordered = self.store.order(Asked(person, self.former.may, key, offered), year=self.former.year)
        return Ordered(ordered.asked, msgspec.structs.replace(ordered.order, by_referral=True), ordered.members)


def _carried(trial: Trial) -> list[Carried]:
    told, other = _played(trial)
    if not told.former:
        raise NotTried("the profile names nobody whom the server recognises")
    return [Carried(trial, told, other, former) for former in told.former]


async def recognised(trial: Trial) -> Wrong:
    """X5: a former resident's paper, repeated as anything is repeated, and the referral good for one order."""
    return [one for carried in _carried(trial) for one in await _once(trial, carried)]


async def _once(trial: Trial, carried: Carried) -> Wrong:
    store, former = carried.store, carried.former
    visit, serial = store.new_id(), carried.serial()
    question, key = carried.question(visit, serial, carried.sealed(carried.referral(visit, serial)))
    offered = await store.ask(question)
    if not isinstance(offered, ChoicesOffered):
        return [f"{former.id}: {word(offered)} instead of offered choices"]
    wrong = [] if await store.ask(question) == offered else [f"{former.id}: the same referral in the same visit got another answer"]
    if len(offered.members) != 1 or not offered.members[0].holder or offered.years != (former.year,):
        return [*wrong, f"{former.id}: not the holder alone, or not the year of the referral alone"]
    ordered = carried.order(offered, key, serial)
    issued = await store.issue(ordered)
    wrong += trial.wrong(issued, ordered)
    repeat = await store.ask(ordered.order)
    wrong += [] if isinstance(repeat, Issued) and repeat.papers == issued.papers else [f"{former.id}: a repeat of the order got other papers"]
    second = carried.order(offered, key, serial)
    wrong += otherwise(await store.ask(second.order), "referral_used", f"{former.id}: another order by the same referral")
    without = msgspec.structs.replace(carried.order(offered, key, serial).order, by_referral=False)
    wrong += [f"{former.id}: an order without the referral got a paper"] if isinstance(await store.ask(without), Issued) else []
    await store.discard(ordered)
    return wrong


async def refused(trial: Trial) -> Wrong:
    """X6: whatever is wrong with a referral."""
    carried = _carried(trial)[0]
    store, serial, at = carried.store, carried.serial(), int(trial.now().timestamp())
    other_year = carried.former.year - 1
    said: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
        "expired": ({"made_at": at - 600, "expires_at": at - 300}, {}, "referral_expired"),
        "from the future": ({"made_at": at + 600, "expires_at": at + 900}, {}, "referral_invalid"),
        "good for an hour": ({"expires_at": at + 3600}, {}, "referral_invalid"),
        "for another municipality": ({"audience": NOBODYS_CODE}, {}, "referral_invalid"),
        "of another issuer than its signer": ({"issuer": NOBODYS_CODE}, {}, "referral_invalid"),
        "from another municipality than the center says": ({}, {"vouched_by": trial.profile.municipality}, "referral_invalid"),
        "for another kind": ({"kind": "juminhyo"}, {}, "referral_invalid"),
        "for another year": ({"year": other_year}, {}, "referral_invalid"),
        "of another card": ({"card": card_digest("another", serial)}, {}, "referral_invalid"),
        "in another visit": ({"visit_id": "another", "card": card_digest("another", serial)}, {}, "referral_invalid"),
        "of nobody": ({"juminhyo_code": "99999999999"}, {}, "not_found_there"),
        "with another birth date": ({"birth": "1899-12-31"}, {}, "not_found_there"),
    }
    wrong: Wrong = []
    for what, (changed, asked, code) in said.items():
        visit = store.new_id()
        question, _ = carried.question(visit, serial, carried.sealed(carried.referral(visit, serial, **changed)), **asked)
        wrong += otherwise(await store.ask(question), code, f"a referral {what}")
    return wrong + await _tampered(trial, carried) + await _replayed(carried)


async def _tampered(trial: Trial, carried: Carried) -> Wrong:
    store, visit, serial = carried.store, carried.store.new_id(), carried.serial()
    said = carried.referral(visit, serial)
    good = carried.sealed(said)
    texts = {f"altered in part {part + 1}": _altered(good, part) for part in (0, 2, 3, 4)}
    texts |= {"of a signer below no authority": carried.sealed(said, _nobodys(trial)), "that is no JWE": "x", "that is too long": good + "A" * 40_000}
    wrong: Wrong = []
    for what, text in texts.items():
        wrong += otherwise(await store.ask(carried.question(visit, serial, text)[0]), "referral_invalid", f"a referral {what}")
    return wrong


def _nobodys(trial: Trial) -> Signing:
    """A municipality of an authority that nobody believes."""
    key, since = rsa.generate_private_key(65537, 2048), trial.now() - timedelta(hours=1)
    authority = signing_authority(key, since, trial.token)
    urn = f"urn:konbini:signer:municipality:{trial.profile.referrals.as_municipality if trial.profile.referrals else ''}"
    certificate = document_signer_certificate(authority, key.public_key(), urn, "見本", "見本", since, since + timedelta(days=1), trial.token)
    return Signing(key, (certificate.public_bytes(Encoding.DER),))


async def _replayed(carried: Carried) -> Wrong:
    store, visit, serial = carried.store, carried.store.new_id(), carried.serial()
    sealed = carried.sealed(carried.referral(visit, serial))
    question, key = carried.question(visit, serial, sealed)
    offered = await store.ask(question)
    again: Message = await store.ask(carried.question(store.new_id(), serial, sealed)[0])
    wrong = otherwise(again, "referral_used", "a referral shown again in another visit")
    if isinstance(offered, ChoicesOffered):
        stolen = msgspec.structs.replace(carried.order(offered, key, serial).order, visit_id=store.new_id())
        wrong += otherwise(await store.ask(stolen), "referral_invalid", "an order in a visit without a referral")
    return wrong
