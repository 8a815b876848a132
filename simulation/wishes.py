"""What somebody at a terminal wants, and what they leave with."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Json = dict[str, Any]


class NotServed(Exception):
    """The visit ended without a paper; `code` is a row of the table of refusals, or a word of this visitor's own."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass(frozen=True, slots=True)
class UseWish:
    """本籍地利用登録: what is typed in an application (in kana, as the panel's keyboards have it), or None to ask how it stands."""

    honseki: str = field(repr=False)
    hittousha: str = field(repr=False)
    name: str = field(repr=False)
    birth: date = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the visitor wants. `members` is `all`, `self` or 宛名番号; `card` is the holder's id in the tray of cards.

    `january` is where they lived on January 1 of the year of a tax paper: "" (where they live now), a municipality's code, `abroad` or `unborn`. `door` is `honseki` for whoever comes for the
    戸籍 of another municipality, which `municipality` then names; with the kind `use` they come for 本籍地利用登録.
    """

    card: str
    pin: str
    municipality: str
    kind: str
    members: str | tuple[str, ...] = "all"
    show: tuple[str, ...] = ()
    form: str = ""  # without one, the kind's first
    year: int | None = None  # without one, the latest
    copies: int = 1
    january: str = ""
    door: str = "home"
    use: UseWish | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as it came out."""

    issuance_id: str
    sheets: int
    face: bytes | None
    back: bytes | None = None


@dataclass(slots=True)
class Visited:
    """What the visitor leaves with; money as it went through their hands, in yen."""

    papers: list[Paper] = field(default_factory=list)
    receipt: str | None = None
    inserted_yen: int = 0
    returned_yen: int = 0
    reference: str = ""
    refusal: str | None = None
    sentence: str = ""
    tries_left: int | None = None
    settled: list[Json] = field(default_factory=list)
    went_dark: int = 0
    use: Json = field(default_factory=dict)
    """How the 利用登録 stands, or the receipt of the application, as the panel said it."""

    @property
    def spent_yen(self) -> int:
        """What is gone from the purse."""
        return self.inserted_yen - self.returned_yen


class MachineDown(Exception):
    """The terminal does not answer: it has been cut off, or is starting again. `in_hand` are papers that the person held when it went dark."""

    def __init__(self, in_hand: tuple[Paper, ...] = ()) -> None:
        super().__init__("down")
        self.in_hand = in_hand
