"""How often a good paper is read and a copy is told from its original, over a grid of printers, copiers, scanners and telephones; and that no altered content is ever believed.

Everything is made by `simulation.channel` from one seed, so the figures hold for that model and its parameters, for no machine in particular.

    python -m benchmarks.channel [--seed 7] [--scans 12] [--write docs/anti-forgery.md]
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image

from benchmarks import sheets
from benchmarks.processes import machine
from certificates.signature.key_list import CodeKey, KeyList
from receiving.originality import originality_of
from receiving.scan import Reading, read_page
from receiving.verdict import Standing, on_scan
from simulation.channel import Copier, Phone, Printer, Scanner, as_jpeg, copied, photographed, printed, scanned

BEGIN, END = "<!-- bench channel: begin -->", "<!-- bench channel: end -->"

PRINTERS = {"usual": Printer(), "sharp": Printer(spread=0.35, gain=1.0), "heavy": Printer(spread=0.7, gain=1.4)}
COPIERS = {
    "text, 300 dpi": Copier(dpi=300),
    "text, 600 dpi": Copier(),
    "hard cut, 600 dpi": Copier(soft=False),
    "photo, 600 dpi": Copier(white=0.9, black=0.1),
}
RESOLUTIONS = (150, 200, 300, 600)
PHONES = (3000, 4000)
ALTERATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One picture of one sheet: with what it was taken, of which copier's copy (empty for the original), and what was read in it."""

    device: str
    copier: str
    reading: Reading


def trials(seed: int, scans: int) -> Iterator[Trial]:
    """Every original `scans` times by every device, every copy a third as often; each picture under conditions of its own."""
    for printer_name, printer in PRINTERS.items():
        chance = random.Random(f"{seed} {printer_name}")  # noqa: S311 - repeatable on purpose
        original = printed(sheets.back(), printer, chance)
        for copier_name, copier in {"": None, **COPIERS}.items():
            sheet = original if copier is None else copied(original, copier, printer, chance)
            for number in range(scans if copier is None else -(-scans // 3)):
                for device, picture in _pictures(sheet, random.Random(f"{seed} {printer_name} {copier_name} {number}")):  # noqa: S311
                    yield Trial(device, copier_name, read_page(picture, sheets.picture_key))


def _pictures(sheet: Image.Image, chance: random.Random) -> Iterator[tuple[str, Image.Image]]:
    for dpi in RESOLUTIONS:
        steep = chance.random() < 0.3
        scanner = Scanner(
            dpi, chance.uniform(-10, 10) if steep else chance.uniform(-2.5, 2.5), (chance.uniform(-1, 1), chance.uniform(-1, 1)), chance.uniform(0.35, 0.6),
            chance.uniform(1, 8), chance.randrange(4), 30.0 if steep else 0.0,
        )  # fmt: skip
        yield f"scan {dpi} dpi", _kept(scanned(sheet, scanner, chance), chance)
    for pixels in PHONES:
        phone = Phone(pixels, chance.uniform(0.01, 0.08), chance.uniform(0.1, 0.5), chance.uniform(0.6, 1.0), chance.uniform(2, 6))
        yield f"phone {pixels} pixels", _kept(photographed(sheet, phone, chance), chance)


def _kept(picture: Image.Image, chance: random.Random) -> Image.Image:
    """The picture after it was saved: as it is, or as a JPEG of good or middling quality."""
    quality = chance.choice((0, 90, 75, 50))
    return picture if not quality else Image.open(BytesIO(as_jpeg(picture, quality)))


def wrongly_accepted(seed: int, alterations: int = ALTERATIONS) -> int:
    """How many of so many altered codes are believed: bits flipped, bytes changed, parts of another sheet's code put in, cut short, drawn out."""
    chance = random.Random(seed)  # noqa: S311
    key = CodeKey(sheets.MUNICIPALITY, sheets.signing_key().public_key(), sheets.MADE_AT - timedelta(days=1), sheets.MADE_AT + timedelta(days=1))
    keys = KeyList(sheets.MADE_AT, {key.id: key})
    good, other = sheets.code(), sheets.code("山田　次郎")
    assert on_scan(_reading(good), keys, Standing.NOT_ASKED).proven, "the unaltered code is believed"
    return sum(on_scan(_reading(_altered(good, other, chance)), keys, Standing.NOT_ASKED).proven for _ in range(alterations))


def _reading(code: bytes) -> Reading:
    return Reading(code, None, None, None, ())


def _altered(code: bytes, other: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(code))
    match chance.randrange(5):
        case 0:
            return code[:at] + bytes([code[at] ^ 1 << chance.randrange(8)]) + code[at + 1 :]
        case 1:
            return code[:at] + bytes([code[at] ^ chance.randrange(1, 256)]) + code[at + 1 :]
        case 2:
            cut = chance.randrange(10, min(len(code), len(other)) - 64)
            return code[:cut] + other[cut:-64] + code[-64:]
        case 3:
            return code[:at]
        case _:
            return code + chance.randbytes(1 + at % 5)


def table(done: list[Trial]) -> str:
    """The rates as Markdown."""
    by_device: dict[str, list[Trial]] = defaultdict(list)
    for trial in done:
        by_device[trial.device].append(trial)
    lines = [
        "| seen by | pictures | sheet found | code read | picture restored | original: likely / cannot tell / unlikely | copy: likely / cannot tell / unlikely |",
        "|---|---|---|---|---|---|---|",
    ]
    for device, seen in by_device.items():
        original, copies = [one for one in seen if not one.copier], [one for one in seen if one.copier]
        found = _share([one.reading.resolution_dpi is not None for one in seen])
        read = _share([one.reading.code == sheets.code() for one in seen])
        restored = _share([one.reading.picture is not None for one in seen])
        lines.append(f"| {device} | {len(seen)} | {found} | {read} | {restored} | {_said(original)} | {_said(copies)} |")
    lines += ["", "| copier | pictures of its copies | likely / cannot tell / unlikely |", "|---|---|---|"]
    for copier in COPIERS:
        copies = [one for one in done if one.copier == copier and one.device in {"scan 300 dpi", "scan 600 dpi"}]
        lines.append(f"| {copier} | {len(copies)} (scans of 300 and 600 dpi) | {_said(copies)} |")
    return "\n".join(lines)


def _share(good: list[bool]) -> str:
    return f"{sum(good) / len(good):.1%}" if good else "-"


def _said(seen: list[Trial]) -> str:
    counts = Counter(originality_of(one.reading.copy_likeness).value for one in seen)
    return " / ".join(f"{counts[word] / max(len(seen), 1):.0%}" for word in ("likely", "cannot_tell", "unlikely"))


def _measures(done: list[Trial]) -> str:
    """What the scores were, smallest, middle and largest: originals, and each copier's copies."""
    return "; ".join(
        f"{name or 'originals'} {scores[0]:.2f}, {scores[len(scores) // 2]:.2f}, {scores[-1]:.2f}"
        for name in ("", *COPIERS)
        if (scores := sorted(one.reading.copy_likeness for one in done if one.copier == name and one.reading.copy_likeness is not None))
    )


def main() -> None:
    """Print the tables, or write them between the marks of a document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scans", type=int, default=12)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    wrong = wrongly_accepted(options.seed)
    done = list(trials(options.seed, options.scans))
    text = (
        f"Measured with `python -m benchmarks.channel --seed {options.seed} --scans {options.scans}` ({machine()}): {len(done)} pictures of one back.\n\n{table(done)}\n\n"
        f"Copy likeness (least, median, most): {_measures(done)}.\n\n"
        f"Altered codes believed: {wrong} of {ALTERATIONS:,}."
    )
    if options.write is None:
        print(text)  # noqa: T201
        return
    document = options.write.read_text(encoding="utf-8")
    head, tail = document.split(BEGIN)[0], document.split(END)[1]
    options.write.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
