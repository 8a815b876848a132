"""What a vendor tells the kit of the server under test: one JSON file, strict. docs/protocol/profile.md says what each word means.

Decides what a profile may say; knows nothing of how anything is tested. The people are test people: nobody's data belong into a profile.
"""

from pathlib import Path
from typing import Literal

import msgspec

from certificates.kinds import KINDS
from messages.configuration import ConfigInvalid, read_config
from messages.refusals import TABLE


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class KeyPair(_Strict, frozen=True, kw_only=True):
    """A party's certificate and key (PEM)."""

    certificate: Path
    key: Path


class Tls(_Strict, frozen=True, kw_only=True):
    """Who the kit is towards the server: a certificate of role `center`; the authority of all parties; and, to see that it is not heard, a certificate of another role."""

    certificate: Path
    key: Path
    authority: Path
    server_name: str
    other_role: KeyPair | None = None


class Documents(_Strict, frozen=True, kw_only=True):
    """Whose signatures are believed: the authority of documents' signers (PEM) and its signed list of the keys of 2-D codes."""

    authority: Path
    key_list: Path


class KindServed(_Strict, frozen=True, kw_only=True):
    """One kind that the server issues: forms, options (記載事項), copies in one order, and 年度 of a yearly kind, as it should offer them to the test people."""

    kind: str
    forms: tuple[str, ...]
    options: tuple[str, ...] = ()
    copies_max: int = 10
    years: tuple[int, ...] = ()


class Member(_Strict, frozen=True, kw_only=True):
    """One person who can stand on a paper: name and birth date exactly as they are printed."""

    name: str
    birth: str
    holder: bool = False
    choosable: bool = True


class MayHave(_Strict, frozen=True, kw_only=True):
    """A kind this person gets: the people in the paper's order; `items` are printed values by the option that opens them (none: empty); `texts` stand on every such paper."""

    kind: str
    members: tuple[Member, ...]
    items: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    texts: tuple[str, ...] = ()


class Refused(_Strict, frozen=True, kw_only=True):
    """A kind this person is refused, and with which row; `protected`: for 支援措置, which nobody may be able to tell. At `order`: when everybody is to be listed."""

    kind: str
    code: str
    at: Literal["choices", "order"] = "choices"
    protected: bool = False


class Person(_Strict, frozen=True, kw_only=True):
    """A test person. `marks` are texts that stand on this person's papers and on nobody else's (an address)."""

    id: str
    serial: str
    may: tuple[MayHave, ...] = ()
    refused: tuple[Refused, ...] = ()
    marks: tuple[str, ...] = ()

    def have(self, kind: str) -> MayHave | None:
        """What this person may have of a kind."""
        return next((one for one in self.may if one.kind == kind), None)


class Hook(_Strict, frozen=True, kw_only=True):
    """How the vendor lets the kit change a register during a run: a program (words, no shell) or a POST to a URL. It returns when the change is in force for the issuer."""

    command: tuple[str, ...] = ()
    url: str = ""


class Change(_Strict, frozen=True, kw_only=True):
    """A change of a person's register during a run. `refused`: with which row the kind is refused from then on (I5). Otherwise the register says other things: the texts that were printed
    `before` and those that are `after` it, never some of both (I2). `person` is used for nothing else where `refused` is given and there is no `undo`.
    """

    id: str
    person: str
    kind: str
    do: Hook
    undo: Hook | None = None
    refused: str | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    within_seconds: float = 1.0


class Build(_Strict, frozen=True, kw_only=True):
    """The build that is to be registered: every answer must declare exactly this."""

    program: str
    topology: str


Optional = Literal["conditions", "inventories", "uses", "referrals"]


class Use(_Strict, frozen=True, kw_only=True):
    """An application for 本籍地利用登録 that the server takes from anybody who is no resident: made-up texts. The kit files it anew in each run, under a serial that nobody has."""

    honseki: str = "見本町一番"
    hittousha: str = "見本　筆頭"
    name: str = "見本　申子"
    birth: str = "1980-04-01"
    phone: str = "09000000000"


class Vouched(_Strict, frozen=True, kw_only=True):
    """A resident (a person of `people`) for whom the server vouches towards another municipality for this 年度, and what its referral must say (`birth` in ISO); or, with `refused`, does not."""

    person: str
    year: int
    juminhyo_code: str = ""
    birth: str = ""
    refused: str | None = None


class Former(_Strict, frozen=True, kw_only=True):
    """A former resident whom the server recognises by what another municipality vouches: 住民票コード, birth date (ISO) and 年度, and the paper that they get."""

    id: str
    juminhyo_code: str
    birth: str
    year: int
    may: MayHave


class Referrals(_Strict, frozen=True, kw_only=True):
    """課税証明書の広域交付, both sides. The kit plays the municipality `as_municipality`: `certificate` and `key` (PEM, RSA) sign its words, below the documents' authority.
    `statement` is the server's own key statement (compact JWS in a file).
    """

    as_municipality: str
    certificate: Path
    key: Path
    statement: Path
    kind: str = "kazei"
    residents: tuple[Vouched, ...] = ()
    former: tuple[Former, ...] = ()


class Profile(_Strict, frozen=True, kw_only=True):
    """The whole file. `optional` are the messages beyond the three that the server says it serves, and is then held to.

    `certifier`: title and name of who certifies, each as it is printed on the last sheet.
    """

    municipality: str
    tls: Tls
    documents: Documents
    kinds: tuple[KindServed, ...]
    people: tuple[Person, ...]
    changes: tuple[Change, ...] = ()
    declared: Build | None = None
    optional: tuple[Optional, ...] = ()
    use: Use = Use()
    referrals: Referrals | None = None
    certifier: tuple[str, ...] = ()

    def kind(self, code: str) -> KindServed | None:
        """How a kind is served."""
        return next((one for one in self.kinds if one.kind == code), None)

    def person(self, name: str) -> Person:
        """A test person by id; KeyError if there is none."""
        return {one.id: one for one in self.people}[name]


def load_profile(file: Path) -> Profile:
    """The profile in `file`. Raises `ConfigInvalid`, naming the place."""
    profile = read_config(file, Profile)
    problem = next(iter(_problems(profile)), None)
    if problem is not None:
        raise ConfigInvalid(f"{file}: {problem}")
    changes = tuple(_beside(change, file.resolve().parent) for change in profile.changes)
    return msgspec.structs.replace(profile, changes=changes)


def _beside(change: Change, folder: Path) -> Change:
    """A program with a `/` in its name is taken from the profile's folder."""
    return msgspec.structs.replace(change, do=_hook(change.do, folder), undo=None if change.undo is None else _hook(change.undo, folder))


def _hook(hook: Hook, folder: Path) -> Hook:
    if not hook.command or "/" not in hook.command[0]:
        return hook
    return Hook(command=(str(folder / hook.command[0]), *hook.command[1:]))


def _problems(profile: Profile) -> list[str]:
    served = {one.kind: one for one in profile.kinds}
    ids = [one.id for one in profile.people]
    found = [f"kinds: {code} is no kind of certificate" for code in served if code not in KINDS]
    known = [(one, KINDS[one.kind]) for one in profile.kinds if one.kind in KINDS]
    found += [f"kinds: {one.kind} has no such form" for one, kind in known if not {form.code for form in kind.forms} >= set(one.forms)]
    found += ["people: two with one id"] if len(set(ids)) != len(ids) else []
    for person in profile.people:
        found += [f"people: {person.id} may have {one.kind}, which is not served" for one in person.may if one.kind not in served]
        found += [f"people: {person.id}: one holder among the members of {one.kind}" for one in person.may if sum(m.holder for m in one.members) != 1]
        found += [f"people: {person.id} is refused by a row that does not exist" for one in person.refused if one.code not in TABLE]
    for change in profile.changes:
        found += [f"changes: {change.id}: {problem}" for problem, stands in _of_change(change, ids).items() if stands]
    found += _of_referrals(profile, ids)
    return found if profile.people else [*found, "people: at least one"]


def _of_referrals(profile: Profile, ids: list[str]) -> list[str]:
    told = profile.referrals
    if "referrals" in profile.optional and told is None:
        return ["optional: referrals are served, and the profile has no referrals"]
    if told is None:
        return []
    found = [f"referrals: {one.person} is nobody of people" for one in told.residents if one.person not in ids]
    found += [
        f"referrals: {one.person}: a row, or 住民票コード and birth date"
        for one in told.residents
        if bool(one.refused) is bool(one.juminhyo_code and one.birth)
    ]
    found += ["referrals: a row that does not exist" for one in told.residents if one.refused is not None and one.refused not in TABLE]
    found += [f"referrals: {told.kind} is no kind of certificate that is of a year"] if told.kind not in KINDS or not KINDS[told.kind].yearly else []
    found += ["referrals: the kit cannot play the municipality under test"] if told.as_municipality == profile.municipality else []
    found += [
        f"referrals: {one.id}: one holder of {told.kind}"
        for one in told.former
        if one.may.kind != told.kind or sum(m.holder for m in one.may.members) != 1
    ]
    return found


def _of_change(change: Change, ids: list[str]) -> dict[str, bool]:
    return {
        "no such person": change.person not in ids,
        "a program or a URL": bool(change.do.command) is bool(change.do.url),
        "a row, or texts before and after": (change.refused is None) is not bool(change.before and change.after),
        "the row does not exist": change.refused is not None and change.refused not in TABLE,
    }
