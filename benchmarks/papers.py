"""What papers cost beside other programs: the same sheet drawn by us, typst, WeasyPrint and fpdf2; the same paper signed by us and by pyHanko; and every step of ours for each kind.

All in one run, in turn, another paper each round; CPU time, medians. Written to the screen and, with the machine's description, to a JSON file.

    python -m benchmarks.papers [--rounds 40] [--json build/bench/papers.json] [--write docs/performance.md]
"""

import argparse
import json
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

from fontTools.ttLib import TTFont

from benchmarks.others import PROGRAMS, Program
from benchmarks.ours import FACES, Issuance, drawn, font_files, ipamj_juminhyo, juminhyo
from benchmarks.processes import machine
from benchmarks.rounds import WARM_UP, Rounds, Spent
from benchmarks.sheet import Run, Sheet, sheets, shows
from benchmarks.signing import KeptKey, bare, plain_signer, pyhanko_signed, without_place
from certificates.face import Face

SEED = 20261123
OURS = "ours"
BARE = "bare RSA-2048"
TOGETHER = "face + signature + back"
PACKAGES = ("cryptography", "fpdf2", "pyhanko", "reportlab", "typst", "weasyprint")
BEGIN, END = "<!-- bench papers: begin -->", "<!-- bench papers: end -->"

Medians = dict[str, float]
Drawing = tuple[Face, list[Run]]


def drawing(rounds: int, folder: Path) -> dict[str, Medians]:
    """Drawing of ordinary papers, and of papers with names that need IPAmj明朝 (where this machine has it), in turn."""
    chance = Random(SEED)  # noqa: S311
    faces: dict[str, Callable[[Random, int], Face]] = {"ordinary names": juminhyo}
    if "IPAmjMincho" in font_files():
        faces["names in IPAmj明朝"] = ipamj_juminhyo
    programs = _programs(_sheet(juminhyo(chance, 0)), folder)
    ways: Mapping[str, Callable[[Drawing], bytes]] = {OURS: lambda it: drawn(it[0]), **{name: _other(one) for name, one in programs.items()}}
    for make in faces.values():
        _same(make(chance, 0), programs)
    measured = {title: Rounds(ways) for title in faces}
    for number in range(WARM_UP + rounds):
        for title, make in faces.items():
            face = make(chance, number)
            measured[title].run((face, _sheet(face).filled))
    return {title: one.medians() for title, one in measured.items()}


def _same(face: Face, programs: Mapping[str, Program]) -> None:
    """Everybody draws the same texts with embedded fonts, or nobody is measured."""
    for name, program in programs.items():
        if not shows(program.draw(_sheet(face).filled), _sheet(face)):
            raise SystemExit(f"{name} does not draw the same sheet")


def _sheet(face: Face) -> Sheet:
    (only,) = sheets(drawn(face))
    return only


def _programs(form: Sheet, folder: Path) -> dict[str, Program]:
    fonts = font_files()
    families = {name: TTFont(path, lazy=True)["name"].getDebugName(1) for name, path in fonts.items()}
    made: dict[str, Program] = {}
    for name, program in PROGRAMS.items():
        (folder / name).mkdir()
        made[name] = program(form, fonts, families, folder / name)
    return made


def _other(program: Program) -> Callable[[Drawing], bytes]:
    return lambda it: program.draw(it[1])


def signing(rounds: int, issuance: Issuance) -> Medians:
    """Signatures of the same paper. Both of pyHanko's signers were made before; so was ours."""
    chance, identity = Random(SEED), issuance.identity  # noqa: S311
    plain, kept = plain_signer(identity), KeptKey(identity)
    measured: Rounds[tuple[bytes, bytes]] = Rounds({
        BARE: lambda _: bare(identity),
        OURS: lambda it: issuance.sign(it[0]),
        "pyHanko, plain": lambda it: pyhanko_signed(it[1], plain),
        "pyHanko, key kept parsed": lambda it: pyhanko_signed(it[1], kept),
    })  # fmt: skip
    for number in range(WARM_UP + rounds):
        paper = drawn(juminhyo(chance, number))
        measured.run((paper, without_place(paper)))
    return measured.medians()


def kinds(rounds: int, issuance: Issuance) -> dict[str, Medians]:
    """Every step of ours, for each form of each kind: one full sheet."""
    return {kind: _steps(rounds, issuance, make) for kind, make in FACES.items()}


def _steps(rounds: int, issuance: Issuance, make: Callable[[Random, int], Face]) -> Medians:
    chance, spent = Random(SEED), Spent()  # noqa: S311
    for number in range(WARM_UP + rounds):
        spent.counted = number >= WARM_UP
        face = make(chance, number)
        paper = spent.on("drawing", partial(drawn, face))
        signed = spent.on("signing", partial(issuance.sign, paper))
        spent.on("back", partial(issuance.back, face, signed, number))
        spent.on("verification", partial(issuance.verify, signed))
    medians = spent.medians()
    return {**medians, TOGETHER: sum(medians[name] for name in ("drawing", "signing", "back"))}


def description(rounds: int) -> dict[str, Any]:
    """What this run ran on."""
    return {
        "machine": machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "fonts": sorted(font_files()),
        "rounds": rounds,
        "load": round(os.getloadavg()[0], 1),
    }


def table(result: Mapping[str, Any]) -> str:
    """The result as Markdown."""
    about, lines = result["about"], []
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    lines.append(f"{about['rounds']} rounds in turn, another paper each; CPU ms, medians; {about['machine']}; Python {about['python']}; {packages}.")
    lines += _beside("Drawing a 住民票の写し of four people, one sheet", result["drawing"])
    lines += ["", f"| Signing it | ms | × bare | × {OURS} |", "|---|---:|---:|---:|"]
    signing_ms = result["signing"]
    lines += [f"| {way} | {spent:.2f} | {spent / signing_ms[BARE]:.2f} | {spent / signing_ms[OURS]:.2f} |" for way, spent in signing_ms.items()]
    steps = list(next(iter(result["kinds"].values())))
    lines += ["", "| form | " + " | ".join(f"{step} ms" for step in steps) + " |", "|---|" + "---:|" * len(steps)]
    lines += [f"| {kind} | " + " | ".join(f"{medians[step]:.2f}" for step in steps) + " |" for kind, medians in result["kinds"].items()]
    return "\n".join(lines)


def _beside(title: str, columns: Mapping[str, Medians]) -> list[str]:
    """One line for each way: its time in each column, and how many times ours that is."""
    heads = " | ".join(f"{column} ms | × {OURS}" for column in columns)
    lines = ["", f"| {title} | {heads} |", "|---|" + "---:|---:|" * len(columns)]
    for way in next(iter(columns.values())):
        cells = " | ".join(f"{medians[way]:.2f} | {medians[way] / medians[OURS]:.2f}" for medians in columns.values())
        lines.append(f"| {way} | {cells} |")
    return lines


def main() -> None:
    """Measure, print, and write where it is asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--json", type=Path, default=Path("build/bench/papers.json"))
    options.add_argument("--write", type=Path, help="a Markdown file with the two marks between which the table goes")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)  # fpdf2 tells of every selector that it cannot draw
    issuance = Issuance(Random(SEED))  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="konbini-bench-") as folder:
        result = {
            "about": description(chosen.rounds),
            "drawing": drawing(chosen.rounds, Path(folder)),
            "signing": signing(chosen.rounds, issuance),
            "kinds": kinds(chosen.rounds, issuance),
        }
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(table(result) + "\n")
    if chosen.write is not None:
        _write(chosen.write, table(result))


def _write(file: Path, text: str) -> None:
    before, begun, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise SystemExit(f"{file} has no marks {BEGIN} … {END}")
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
