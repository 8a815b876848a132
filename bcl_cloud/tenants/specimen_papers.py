"""Papers of made-up people on a tenant's own terms: what the trial issue draws, one of every kind and form.

Decides who stands on them (a household of two, all named 見本) and that they go through the same rules, form and content as everybody's papers, with every item the tenant offers. No register is read:
a specimen can show no resident. The number on it is 000000, which is never given.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from hashlib import sha256

import msgspec

from certificates.entitlement import Declined
from certificates.face import SPECIMEN, Face
from certificates.issuer_form import IssuerForm
from certificates.issuing import Offered, Wanted, issue, offer
from certificates.kinds import KINDS, Kind
from certificates.policy import Policy
from certificates.seal import seal_png
from certificates.sources import Sources
from certificates.stencil import stencil_of
from certificates.tax_years import latest_year
from issuer.numbering import number_text
from issuer.terms import Issuer
from issuer.year_specimens import KIND as YEARLY
from issuer.year_specimens import specimens
from registers.koseki import entries
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.residents.resident import Household, Resident
from registers.seal.seal import Imprint, SealRegistration
from storage.instants import JST

_HOUSE, _FAMILY = "9999999999", "9999999998"
_MADE = date(2004, 2, 14)
_VISIT = bytes(32)


@dataclass(frozen=True, slots=True)
class Due:
    """One paper that has to be looked at: a kind on a form, under what holds from `since` on. `terms` names all of that: it changes with whatever of it changes (SHA-256, hex)."""

    kind: str
    form: str
    since: date
    terms: str


def due_papers(issuer: Issuer, today: date) -> tuple[Due, ...]:
    """Everything a tenant offers today or has decided to offer later, in the order of the kinds."""
    found: dict[tuple[str, str, str], Due] = {}
    for kind in KINDS:
        for day in days_of_change(issuer, kind, today):
            policy = issuer.policy_on(kind, day)
            for form in policy.forms if policy is not None else ():
                terms = terms_digest(issuer, kind, form, day)
                found.setdefault((kind, form, terms), Due(kind, form, day, terms))
    return tuple(found.values())


def days_of_change(issuer: Issuer, kind: str, today: date) -> tuple[date, ...]:
    """`today` and every later day from which something else holds for papers of this kind."""
    days = {since for since, _ in (*issuer.forms, *issuer.policies.get(kind, ()))}
    return (today, *sorted(day for day in days if day > today))


def terms_digest(issuer: Issuer, kind: str, form: str, day: date) -> str:
    """What a paper of this kind on this form rests on that day: names, certifier, seal, number's prefix, what is offered of the kind (SHA-256, hex)."""
    under, policy = issuer.form_on(day), issuer.policy_on(kind, day)
    assert policy is not None, "asked of a kind that is offered"
    texts = [under.municipality, under.prefecture, under.name, under.certifier_title, under.certifier_name, under.number_prefix]
    offered = msgspec.to_builtins(replace(policy, forms=(form,)))
    return sha256(msgspec.json.encode([kind, texts, sha256(under.seal_png).hexdigest(), offered])).hexdigest()


def specimen_face(issuer: Issuer, kind: str, form: str, day: date) -> tuple[Face | Declined, IssuerForm, datetime]:
    """The specimen of a kind on a form as it reads at noon of `day` (a yearly paper: of the latest 年度, at the earliest on its opening day), the issuer's form and the instant it is made at.

    ValueError for a kind that is not offered that day.
    """
    policy = issuer.policy_on(kind, day)
    if policy is None:
        raise ValueError("not offered on this day")
    if kind == YEARLY:
        return _tax_face(issuer, policy, form, day)
    under, at = issuer.form_on(day), datetime.combine(day, time(12), JST)
    sources = _sources(KINDS[kind], under)
    offered = offer(sources, KINDS[kind], policy, _VISIT, at)
    if not isinstance(offered, Offered):
        return offered, under, at
    wanted = Wanted(tuple(member.id for member in offered.members), offered.options, form, None, sources.version)
    return issue(sources, KINDS[kind], policy, wanted, under, number_text(issuer.number_prefix, day, 0), SPECIMEN, at), under, at


def _tax_face(issuer: Issuer, policy: Policy, form: str, day: date) -> tuple[Face | Declined, IssuerForm, datetime]:
    made = specimens(issuer, latest_year(policy, day), day)
    if made is None:
        raise ValueError("not offered on this day")
    face = next(paper.face for paper in made.papers if paper.form == form)
    if isinstance(face, Face):
        face = replace(face, number=number_text(issuer.number_prefix, made.at.date(), 0))
    return face, made.form, made.at


def _sources(kind: Kind, under: IssuerForm) -> Sources:
    people = _household(under)
    home = Household(_HOUSE, _address(under), people[0].name, people, SPECIMEN)
    return Sources(
        version=SPECIMEN,
        holder=people[0],
        household=home,
        person_no=people[0].atena_no if kind.register == "koseki" else None,
        koseki=_koseki(people, under) if kind.register == "koseki" else None,
        fuhyo=_fuhyo(people, under) if kind.register == "koseki" else None,
        seal=_seal(people[0]) if kind.register == "seal" else None,
    )


def _household(under: IssuerForm) -> tuple[Resident, Resident]:
    husband = Resident(
        atena_no="9999999980", household_no=_HOUSE, name="見本　一郎", name_kana="ミホン　イチロウ", former_name=None, former_name_kana=None, alias=None, alias_kana=None,
        birth="1980-04-01", sex="男", relation="世帯主", resident_since="2004-02-14", address_since="2004-02-14", notified_on="2004-02-16",
        previous_address="例示県ためし市栄町一丁目１番１号", honseki=_honseki(under), hittousha="見本　一郎", my_number="000000000000", juminhyo_code="00000000000", foreign=None,
        serial="1", card_usable_from=None,
    )  # fmt: skip
    wife = replace(
        husband, atena_no="9999999972", name="見本　花子", name_kana="ミホン　ハナコ", former_name="例示", former_name_kana="レイジ", birth="1982-05-05", sex="女",
        relation="妻", serial=None,
    )  # fmt: skip
    return husband, wife


def _koseki(people: tuple[Resident, Resident], under: IssuerForm) -> Koseki:
    married = entries.koseki_reference("例示県ためし市栄町１番地", "例示　太郎")
    members = tuple(
        KosekiPerson(
            person_no=person.atena_no, given_name=person.name.partition("　")[2], given_name_kana=(person.name_kana or "").partition("　")[2],
            kana_recorded_on=date(2026, 6, 1), birth=person.birth, sex=person.sex, adoptive_father=None, adoptive_mother=None,
            father="見本　太郎" if person.sex == "男" else "例示　太郎", mother="見本　松" if person.sex == "男" else "例示　梅", relation="長男" if person.sex == "男" else "長女",
            spouse="夫" if person.sex == "男" else "妻",
            entries=(
                entries.birth(person.birth, under.prefecture + under.name, date.fromisoformat(person.birth)),
                entries.marriage(_MADE, people[1 - place].name, previous=married),
            ),
            atena_no=person.atena_no,
        )
        for place, person in enumerate(people)
    )  # fmt: skip
    return Koseki(
        koseki_no=_FAMILY, honseki=_honseki(under), family_name="見本", family_name_kana="ミホン", family_name_kana_recorded_on=date(2026, 6, 1), hittousha=people[0].name,
        entries=(entries.koseki_made(_MADE),), members=members, standing="current", change_pending=False, version=SPECIMEN,
    )  # fmt: skip


def _fuhyo(people: tuple[Resident, Resident], under: IssuerForm) -> Fuhyo:
    stays = (FuhyoAddress("例示県ためし市栄町一丁目１番１号", "1999-04-01"), FuhyoAddress(_address(under), "2004-02-14"))
    lines = tuple(
        FuhyoPerson(one.atena_no, one.name, one.name.partition("　")[2], one.birth, one.sex, one.juminhyo_code, stays, atena_no=one.atena_no)
        for one in people
    )
    return Fuhyo(_FAMILY, _honseki(under), people[0].name, lines, _MADE, "current", SPECIMEN)


@cache
def _imprint() -> Imprint:
    png = seal_png("印")
    cut = stencil_of(png)
    return Imprint(cut.width, cut.height, png)


def _seal(holder: Resident) -> SealRegistration:
    return SealRegistration("99999999", holder.atena_no, _MADE, SPECIMEN, _imprint(), SPECIMEN)


def _address(under: IssuerForm) -> str:
    return f"{under.prefecture}{under.name}見本町一丁目１番１号"


def _honseki(under: IssuerForm) -> str:
    return f"{under.prefecture}{under.name}見本町一丁目１番"
