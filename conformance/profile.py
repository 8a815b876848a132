"""What a vendor tells the kit of the server under test: one JSON file, strict. docs/protocol/profile.md says what each word means.

Values only: what a profile may not say is `profile_reading`. The people are test people: nobody's data belong into a profile.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec


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

    def files(self) -> Iterator[Path]:
        """Every file that it names."""
        yield from (self.tls.certificate, self.tls.key, self.tls.authority, self.documents.authority, self.documents.key_list)
        if self.tls.other_role is not None:
            yield from (self.tls.other_role.certificate, self.tls.other_role.key)
        if self.referrals is not None:
            yield from (self.referrals.certificate, self.referrals.key, self.referrals.statement)
