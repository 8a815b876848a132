"""What every kind's content is made of: who may be listed, and the parts of a face."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from certificates.face import Piece, Texts
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.stencil import Stencil


@dataclass(frozen=True, slots=True)
class Listed:
    """One person who would stand on a paper about everybody, in its order.

    `id` is the 宛名番号, or the person's number in the 戸籍; `name` and `relation` are for the screen where somebody is chosen; `printed_name` and `printed_birth` are exactly the texts of the
    cells `name` and `birth` on the paper. `choosable` False: stands on the paper about everybody only (somebody removed from the 戸籍).
    """

    id: str
    name: str
    relation: str
    holder: bool
    printed_name: str
    printed_birth: str
    choosable: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a face is to be made of: `chosen` ids in the paper's order, `everybody` whether these are all, `year` the 年度 of a yearly paper (2026 is 令和8年度)."""

    sources: Sources
    policy: Policy
    form: str
    chosen: tuple[str, ...]
    everybody: bool
    show: tuple[str, ...]
    year: int | None
    today: date


@dataclass(frozen=True, slots=True)
class Parts:
    """The part of a face that a kind decides; `statement` is the 認証文."""

    title: str
    head: Texts
    pieces: tuple[Piece, ...]
    statement: str
    imprint: Stencil | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """One kind's content. `listed`: everybody of a paper about everybody, in order. `options`: those of the offered ones that anybody here can fill. `parts`: the texts.

    None of them decides who may have a paper (`entitlement` does); they are asked only for sources that hold what the kind reads.
    """

    listed: Callable[[Sources, Policy], tuple[Listed, ...]]
    options: Callable[[Sources, tuple[str, ...]], tuple[str, ...]]
    parts: Callable[[Asked], Parts]
