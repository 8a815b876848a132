"""What the resident has chosen so far in one visit, and what may be chosen.

Pure. It lives in the terminal's memory for the length of a visit and is forgotten with it; it is never journalled. Whatever is not asked for is
left out: 記載事項 default to omitted (domain facts 4.1), copies to one.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal, get_args

import msgspec

from certificates.kinds import KINDS, Chosen
from messages.visits import Choices, KindOffer, KindsOffered, MemberChoice, MunicipalityEntry

Door = Literal["home", "honseki"]
DOORS: tuple[Door, ...] = get_args(Door)
"""「お住まいの市区町村」, or 「他市区町村（本籍地など）」, where only what is read from the 戸籍 is to be had."""

TAX_YEAR_MONTH = 6
"""The month from which the figures of a fiscal year are issued (domain facts 8)."""


class Scope(StrEnum):
    """交付種別: whom the certificate lists."""

    ONLY_ME = "only_me"  # 本人のみ
    EVERYONE = "everyone"  # 世帯全員
    SOME = "some"  # 世帯の一部


class NotOffered(Exception):
    """What was touched is not on offer; `str()` names the kind of choice, never a person."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything chosen so far; a None is not chosen yet.

    `municipality` is where the resident lives, or the 本籍地. 課税証明書の広域交付: `wide_year` is the 年度 whose January 1 was asked about (None: nobody asked), `elsewhere` where the resident
    lived then, if it was another municipality.
    """

    door: Door = "home"
    prefecture: str = ""
    page: int = 0
    municipality: MunicipalityEntry | None = None
    kinds: KindsOffered | None = None
    offer: KindOffer | None = None
    wide_year: int | None = None
    elsewhere: MunicipalityEntry | None = None
    choices: Choices | None = None
    form: str = ""
    year: int | None = None
    scope: Scope | None = None
    members: frozenset[str] = frozenset()
    show: frozenset[str] = frozenset()
    copies: int = 1

    @property
    def issuing(self) -> MunicipalityEntry | None:
        """The municipality that issues the paper."""
        return self.elsewhere or self.municipality

    @property
    def vouched_by(self) -> str | None:
        """The municipality that vouches for its resident towards the one that issues; None where they are the same."""
        return self.municipality.code if self.elsewhere is not None and self.municipality is not None else None

    @property
    def fee_yen(self) -> int:
        """手数料 of one copy on the chosen form, in yen."""
        forms = () if self.choices is None else self.choices.forms
        return next((form.fee_yen for form in forms if form.form == self.form), 0)

    @property
    def total_yen(self) -> int:
        """手数料 for all copies, in yen."""
        return self.fee_yen * self.copies


def with_kinds(selection: Selection, kinds: KindsOffered) -> Selection:
    """A new list of kinds: nothing of an earlier certificate is carried over but the place."""
    return Selection(door=selection.door, prefecture=selection.prefecture, page=selection.page, municipality=selection.municipality, kinds=kinds)


def chosen_again(selection: Selection) -> Selection:
    """Back to the list of kinds as it was."""
    return selection if selection.kinds is None else with_kinds(selection, selection.kinds)


def kinds_listed(selection: Selection) -> tuple[KindOffer, ...]:
    """The kinds on the screen: at the 本籍地, only what is read from the 戸籍."""
    offers = () if selection.kinds is None else selection.kinds.kinds
    return tuple(each for each in offers if each.kind in KINDS and (selection.door == "home" or KINDS[each.kind].register == "koseki"))


def with_kind(selection: Selection, kind: str, today: date) -> Selection:
    """The kind that was touched; raises `NotOffered` when it is not in the list or closed."""
    offer = next((each for each in kinds_listed(selection) if each.kind == kind and each.open), None)
    if offer is None:
        raise NotOffered("kind")
    return _cleared(replace(selection, offer=offer, wide_year=wide_years(offer, today)[0] if offer.wide else None, elsewhere=None))


def wide_years(offer: KindOffer, today: date) -> tuple[int, ...]:
    """The 年度 whose January 1 may be asked about, the latest first: those of the municipality where the resident lives. One that issues no tax papers itself says none; then the latest by
    the calendar, and the one before it.
    """
    latest = today.year if today.month >= TAX_YEAR_MONTH else today.year - 1
    return offer.years or (latest, latest - 1)


def with_wide_year(selection: Selection, year: int, today: date) -> Selection:
    """Another 年度, and another January 1; raises `NotOffered`."""
    if selection.offer is None or year not in wide_years(selection.offer, today):
        raise NotOffered("year")
    return replace(selection, wide_year=year)


def issues_itself(selection: Selection) -> bool:
    """Whether the municipality where the resident lives issues the chosen kind, and does not only vouch for its residents."""
    return selection.offer is not None and bool(selection.offer.fees)


def with_here(selection: Selection) -> Selection:
    """The resident lived on January 1 where they live now; raises `NotOffered` where that municipality issues no tax papers."""
    if not issues_itself(selection):
        raise NotOffered("kind")
    return replace(selection, elsewhere=None)


def with_choices(selection: Selection, choices: Choices) -> Selection:
    """Who and what may stand on the certificate of the chosen kind."""
    if selection.wide_year is not None:
        choices = msgspec.structs.replace(choices, years=(selection.wide_year,))
    cleared = _cleared(selection)
    return replace(cleared, choices=choices, form=choices.forms[0].form, year=choices.years[0] if choices.years else None)


def _cleared(selection: Selection) -> Selection:
    """Kind and place stay; whatever was chosen of a paper goes."""
    begun = Selection() if selection.kinds is None else with_kinds(selection, selection.kinds)
    return replace(begun, offer=selection.offer, wide_year=selection.wide_year, elsewhere=selection.elsewhere)


def with_form(selection: Selection, form: str) -> Selection:
    """様式; raises `NotOffered`."""
    if selection.choices is None or form not in {each.form for each in selection.choices.forms}:
        raise NotOffered("form")
    return replace(selection, form=form)


def with_year(selection: Selection, year: int) -> Selection:
    """年度; raises `NotOffered`."""
    if selection.choices is None or year not in selection.choices.years:
        raise NotOffered("year")
    return replace(selection, year=year)


def with_scope(selection: Selection, scope: Scope) -> Selection:
    """本人のみ lists the holder, 世帯全員 (全部事項) everybody who is offered; 世帯の一部 (one person's 個人事項) begins with nobody. Raises
    `NotOffered` when there is nobody to choose from, or the kind leaves no choice.
    """
    members = () if selection.choices is None else selection.choices.members
    listed = {
        Scope.ONLY_ME: frozenset(member.member_id for member in members if member.holder),
        Scope.EVERYONE: frozenset(member.member_id for member in members),
        Scope.SOME: frozenset[str](),
    }[scope]
    if scope not in scopes_offered(selection) or (scope is not Scope.SOME and not listed):
        raise NotOffered("scope")
    return replace(selection, scope=scope, members=listed)


def with_member_toggled(selection: Selection, member_id: str) -> Selection:
    """One member of the household in or out; where a paper is about everybody or one, this one instead of another. Raises `NotOffered`."""
    if member_id not in {member.member_id for member in choosable(selection)}:
        raise NotOffered("member")
    one = _kind_chosen(selection) == "all_or_one"
    return replace(selection, members=frozenset({member_id}) if one else selection.members ^ {member_id})


def scopes_offered(selection: Selection) -> tuple[Scope, ...]:
    """Whom the paper may be about, as the kind and the number of people leave a choice."""
    if _kind_chosen(selection) == "holder":
        return (Scope.ONLY_ME,)
    some = (Scope.SOME,) if len(choosable(selection)) > 1 else ()
    return (Scope.ONLY_ME, Scope.EVERYONE, *some)


def choosable(selection: Selection) -> tuple[MemberChoice, ...]:
    """Those who may be picked one by one."""
    members = () if selection.choices is None else selection.choices.members
    return tuple(member for member in members if member.choosable)


def has_options(selection: Selection) -> bool:
    """Whether there is anything to choose but people and copies: a form, a year, or an item."""
    choices = selection.choices
    return choices is not None and (len(choices.forms) > 1 or len(choices.years) > 1 or bool(choices.options))


def _kind_chosen(selection: Selection) -> Chosen:
    return KINDS[selection.offer.kind].chosen if selection.offer is not None else "some"


def with_option_toggled(selection: Selection, option: str) -> Selection:
    """One 記載事項 in or out; raises `NotOffered`."""
    if selection.choices is None or option not in selection.choices.options:
        raise NotOffered("option")
    return replace(selection, show=selection.show ^ {option})


def with_copies(selection: Selection, copies: int) -> Selection:
    """通数; raises `NotOffered` below one and above what the municipality allows."""
    if selection.choices is None or not 1 <= copies <= selection.choices.copies_max:
        raise NotOffered("copies")
    return replace(selection, copies=copies)


def members_listed(selection: Selection) -> tuple[str, ...]:
    """Ids of the chosen members in the order in which they stand on the paper."""
    members = () if selection.choices is None else selection.choices.members
    return tuple(member.member_id for member in members if member.member_id in selection.members)


def options_shown(selection: Selection) -> tuple[str, ...]:
    """Codes of the chosen options in the order in which they are offered."""
    options = () if selection.choices is None else selection.choices.options
    return tuple(option for option in options if option in selection.show)


def fingerprints_listed(selection: Selection) -> tuple[str, ...]:
    """Fingerprints of the chosen members, in paper order, as the issuer stated them when it offered the choice."""
    members = () if selection.choices is None else selection.choices.members
    return tuple(member.fingerprint for member in members if member.member_id in selection.members)


def lists_everybody(selection: Selection) -> bool:
    """Whether everybody who was offered is chosen, however they were chosen."""
    members = () if selection.choices is None else selection.choices.members
    return bool(members) and len(selection.members) == len(members)
