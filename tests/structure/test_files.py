"""What may stand in any file of the project: nobody's machine, no address that something could be fetched from, no link into nothing."""

import re
from pathlib import Path

from tests.structure.sources import ROOT, written_files

TEXTS = frozenset({".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".json", ".csv", ".svg", ".pem", ".yml", ".yaml", ".cfg", ".sh", ""})

HOST = re.compile(r"https?://([A-Za-z0-9.-]+)")
"""An address with a host written out; what a program puts together has none."""

NAMED = frozenset({"www.w3.org", "scripts.sil.org", "github.com"})
"""A name space, a licence, and where the licences' authors are at home (in licence texts only)."""

OWN_MACHINE = frozenset({"127.0.0.1", "localhost"})
NOBODY = re.compile(r"(^|\.)(invalid|example|example\.com|test)-?$")
"""Names that can belong to nobody (RFC 2606)."""

SOMEBODYS_MACHINE = re.compile(r"(?<![\w.:}])/(?:home|root|Users|work|builds)/\w|[A-Z]:\\\\Users")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def _texts() -> list[tuple[Path, str]]:
    return [(file, file.read_text(encoding="utf-8")) for file in written_files() if file.suffix in TEXTS and file.name != ".DS_Store"]


def test_no_file_names_an_address_that_something_could_be_fetched_from() -> None:
    outside = {
        f"{file.relative_to(ROOT)}: {host}"
        for file, text in _texts()
        for host in HOST.findall(text)
        if host not in OWN_MACHINE and not NOBODY.search(host) and not (host in NAMED and (host != "github.com" or file.suffix == ".txt"))
    }
    assert outside == set()


def test_packages_are_pinned_by_hashes_and_by_nothing_else() -> None:
    for name in ("run.txt", "test.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
        assert entries
        for entry in entries:
            assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==", entry), entry.splitlines()[0]
            assert "--hash=sha256:" in entry, entry.splitlines()[0]
            assert "://" not in entry and " @ " not in entry


def test_no_file_knows_somebodys_machine() -> None:
    found = {f"{file.relative_to(ROOT)}: {match.group()}" for file, text in _texts() for match in SOMEBODYS_MACHINE.finditer(text)}
    assert found == set()


def test_every_link_of_a_document_leads_to_a_file_of_this_project() -> None:
    broken = []
    for file, text in _texts():
        if file.suffix != ".md":
            continue
        for target in LINK.findall(text):
            if "://" in target:
                continue
            aim = (file.parent / target).resolve()
            if not aim.exists() or not aim.is_relative_to(ROOT):
                broken.append(f"{file.relative_to(ROOT)}: {target}")
    assert broken == []
