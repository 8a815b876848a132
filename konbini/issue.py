"""`konbini issue`: one visit at a real terminal, and what came out of it as files."""

import asyncio
import fcntl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

import aiohttp

from certificates.kinds import KINDS
from konbini.answers import fail, print_json
from messages.refusals import TABLE
from simulation.reading_panel import sentence_of
from simulation.town.description import HolderEntry, KioskEntry, NoTown, Town, read_town
from simulation.visitor import Visitor
from simulation.wishes import NotServed, Paper, Visited, Wish


@dataclass(frozen=True, slots=True)
class Errand:
    """The options of the command."""

    town_file: Path
    holder: str
    pin: str
    kind: str
    members: str
    form: str
    year: int | None
    show: tuple[str, ...]
    copies: int
    kiosk: str | None
    municipality: str | None
    credential: str
    out: Path
    january: str = ""
    honseki: str | None = None


def who(kind: str, members: str, scope: str, person: str, *, as_json: bool) -> str:
    """Whom the paper is about, as `Errand.members`: `--scope all` is everybody of the 戸籍, `--scope person` the holder or the person named; without a scope what `--members` says.

    Ends with status 2 for words that do not go together, before anybody goes to a terminal.
    """
    wrong = _wrong_words(kind, members, scope, person)
    if wrong:
        fail("members_invalid", wrong, as_json=as_json, status=2)
    if scope == "person":
        return person or "self"
    return scope or members


def _wrong_words(kind: str, members: str, scope: str, person: str) -> str:
    if person and scope != "person":
        return "--person は --scope person のときだけ使えます。"
    if scope not in ("", "all", "person"):
        return "--scope は all（全部）か person（1人）です。"
    known = KINDS.get(kind)
    if scope and known is not None and known.chosen != "all_or_one":
        others = "、".join(other.code for other in KINDS.values() if other.chosen == "all_or_one")
        return f"--scope と --person を使えるのは戸籍証明書と戸籍の附票（{others}）だけです。" + (
            "世帯の中から選ぶには --members を使います。" if known.chosen == "some" else "この証明書はカードの本人のものだけです。"
        )
    return "--scope と --members は同時に使えません。" if scope and members != "all" else ""


def run_errand(errand: Errand, *, as_json: bool) -> None:
    """Run it; exit status 0 when papers came out, 1 when the visit was refused, 2 when it could not begin."""
    try:
        town = read_town(errand.town_file)
    except NoTown as error:
        fail("town_not_open", str(error), as_json=as_json, status=2)
    holder = next((holder for holder in town.holders if holder.id == errand.holder), None)
    if holder is None:
        fail("holder_unknown", f"{errand.holder} という見本の住民はいません。", as_json=as_json, status=2)
    wrong = _wrong_place(errand)
    if wrong:
        fail("place_words_invalid", wrong, as_json=as_json, status=2)
    if errand.credential != "card":
        sentence = (
            "この版で使えるのは個人番号カード（card）だけです。" if errand.credential in ("android", "iphone") else "--credential は card です。"
        )
        fail("credential_not_served", sentence, as_json=as_json, status=2)
    wish = _wish(errand, holder)
    with _terminal(town, errand, as_json=as_json) as place:
        outcome = asyncio.run(_visit(place.kiosk.url, wish, as_json=as_json))
    _answer(errand, place.kiosk, holder, outcome, as_json=as_json)


def _wrong_place(errand: Errand) -> str:
    kind = KINDS.get(errand.kind)
    if errand.january and kind is not None and not kind.yearly:
        return "--january-municipality を使えるのは課税証明書（kazei）だけです。"
    if errand.honseki and kind is not None and kind.register != "koseki":
        return "--honseki を使えるのは戸籍証明書と戸籍の附票（koseki, fuhyo）だけです。"
    return "--honseki と --municipality は同時に使えません。" if errand.honseki and errand.municipality else ""


def _wish(errand: Errand, holder: HolderEntry) -> Wish:
    members: str | tuple[str, ...] = errand.members
    if errand.members not in ("all", "self"):
        members = tuple(member.strip() for member in errand.members.split(",") if member.strip())
        # One's own number alone is what the panel calls "only me".
        members = "self" if members == (holder.atena_no,) else members
    return Wish(
        card=holder.id,
        pin=errand.pin,
        municipality=errand.honseki or errand.municipality or holder.municipality,
        kind=errand.kind,
        members=members,
        show=errand.show,
        form=errand.form,
        year=errand.year,
        copies=errand.copies,
        january=errand.january,
        door="honseki" if errand.honseki else "home",
    )


class _Place:
    """A terminal with nobody else of ours before it: two errands started at once stand in line."""

    def __init__(self, kiosk: KioskEntry, line: BinaryIO) -> None:
        self.kiosk = kiosk
        self._line = line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()


def _terminal(town: Town, errand: Errand, *, as_json: bool) -> _Place:
    kiosks = [kiosk for kiosk in town.kiosks if errand.kiosk in (None, kiosk.id)]
    if not kiosks:
        fail("kiosk_unknown", TABLE["kiosk_unknown"].ja, as_json=as_json, status=2)
    lines = errand.town_file.resolve().parent / "lines"
    lines.mkdir(exist_ok=True)
    files = [(kiosk, (lines / kiosk.id).open("ab")) for kiosk in kiosks]
    chosen = next(((kiosk, file) for kiosk, file in files if _first_in_line(file, wait=False)), None)
    if chosen is None:
        chosen = files[0]
        _first_in_line(chosen[1], wait=True)
    for _, file in files:
        if file is not chosen[1]:
            file.close()
    return _Place(*chosen)


def _first_in_line(file: BinaryIO, *, wait: bool) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


async def _visit(url: str, wish: Wish, *, as_json: bool) -> Visited:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        try:
            return await Visitor(session, url, wish).visit()
        except NotServed as error:
            fail(error.code, sentence_of(error.code), as_json=as_json, **error.more)
        except aiohttp.ClientError as error:
            fail("kiosk_unreachable", f"端末に接続できません（{type(error).__name__}）。", as_json=as_json)


def _answer(errand: Errand, kiosk: KioskEntry, holder: HolderEntry, outcome: Visited, *, as_json: bool) -> None:
    errand.out.mkdir(parents=True, exist_ok=True)
    papers = [_written(errand.out, paper) for paper in outcome.papers]
    receipt = None
    if outcome.receipt is not None:
        receipt = errand.out / f"receipt-{outcome.reference or 'x'}.txt"
        receipt.write_text(outcome.receipt, encoding="utf-8")
    answer: dict[str, Any] = {
        "outcome": "issued" if papers and outcome.refusal is None else "refused",
        "holder": holder.id,
        "kind": errand.kind,
        "kiosk": kiosk.id,
        "papers": papers,
        "receipt": None if receipt is None else str(receipt),
        "reference": outcome.reference,
        "paid_yen": outcome.spent_yen,
        "inserted_yen": outcome.inserted_yen,
        "returned_yen": outcome.returned_yen,
    }
    if outcome.refusal is not None:
        row = TABLE.get(outcome.refusal)
        more = {} if outcome.tries_left is None else {"tries_left": outcome.tries_left}
        answer.pop("holder")
        fail(
            outcome.refusal,
            outcome.sentence or sentence_of(outcome.refusal),
            as_json=as_json,
            **answer,
            **more,
            sentence_en=row.en if row else "",
        )
    if as_json:
        print_json(answer)
        return
    for paper in papers:
        print(f"{paper['face']}  {paper['sheets']}枚\n{paper['back']}")
    print(f"手数料 {outcome.spent_yen:,}円  領収書 {receipt}")


def _written(out: Path, paper: Paper) -> dict[str, Any]:
    """The two documents of one paper as `ID.face.pdf` and `ID.back.pdf`; none while its last sheet has not come out."""
    files: dict[str, str | None] = {}
    for side, content in (("face", paper.face), ("back", paper.back)):
        file = out / f"{paper.issuance_id}.{side}.pdf"
        if content is not None:
            file.write_bytes(content)
        files[side] = str(file) if content is not None else None
    return {"issuance_id": paper.issuance_id, **files, "sheets": paper.sheets}
