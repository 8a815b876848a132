"""`town.json`: what a town says about itself while it is open. A contract that scripts rely on."""

import os
from pathlib import Path

import msgspec


class PartyEntry(msgspec.Struct, frozen=True):
    """A running party: its protocol door (the kiosk's panel, the authority's responder), its office, its process."""

    url: str
    office_url: str
    pid: int


class KioskEntry(msgspec.Struct, frozen=True):
    """A terminal and the page of its panel."""

    id: str
    url: str
    profile: str


class UseEntry(msgspec.Struct, frozen=True):
    """Somebody's 本籍 in another municipality, as an application for 利用登録 has it: in kana, as it is typed at a kiosk; `birth` is YYYY-MM-DD. `municipality` is the 本籍地's code.

    `may_apply`: when the town was prepared there was no application of theirs that waits or was accepted.
    """

    municipality: str
    honseki: str
    hittousha: str
    name: str
    birth: str
    may_apply: bool = False


class HolderEntry(msgspec.Struct, frozen=True):
    """A demonstration holder: `card` is the card's file, `atena_no` the 宛名番号, `note` what is special.

    `kinds`: certificates that this person could have when the town was prepared, about everybody who would stand on one (`--members all`, `--scope all`), or the holder where nobody else can.
    `household` the 宛名番号 of everybody in the household, in the order of the paper (what `--members` takes); `persons` the numbers of those in the 戸籍 of whom a 個人事項 can be asked for, in
    its order (what `--person` takes), none where the 戸籍 is kept elsewhere; `years` the 年度 of which there is a tax paper, the latest first.
    `use`: what those type into an application for 本籍地利用登録 whose 本籍 is elsewhere and who have a story about it.
    """

    id: str
    name: str
    pin: str
    card: str
    municipality: str
    kinds: tuple[str, ...]
    atena_no: str
    note: str
    household: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    use: UseEntry | None = None


class StaffEntry(msgspec.Struct, frozen=True):
    """A demonstration member of staff; the password was made when the town was prepared. `municipality` is whose clerk this is where that is not the main one's.

    One with the role `municipality` signs in at the center and sees there what concerns that municipality alone.
    """

    name: str
    password: str
    role: str
    url: str
    municipality: str = ""


class MunicipalityEntry(msgspec.Struct, frozen=True):
    """A municipality that takes part. `issuers`: each kind it offers -> the party that issues it; `write_to`: where former residents write that has not joined 広域交付 (`wide_tax`).

    `wards` and `former`: 「code name」 of a designated city's wards and of municipalities merged into it. `year_awaits_approval`: when the town was prepared, its tax section had not approved the
    latest fiscal year yet.
    """

    code: str
    name: str
    prefecture: str
    kinds: tuple[str, ...]
    issuers: dict[str, str]
    wide_tax: bool = False
    write_to: str = ""
    wards: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    year_awaits_approval: bool = False


class Town(msgspec.Struct, frozen=True):
    """The whole file. `ca` holds paths: the authorities' certificates (`documents` is that of papers' signers), the signed list of the keys of 2-D codes (`code_keys`), both as one file for
    `konbini verify` (`trust`), and one party's certificate and key to try a door with. `receivers` is the page where whoever receives a paper checks it.
    `municipality` is the main one's code, `municipalities` are all of them.
    """

    parties: dict[str, PartyEntry]
    ca: dict[str, str]
    kiosks: tuple[KioskEntry, ...]
    holders: tuple[HolderEntry, ...]
    staff: tuple[StaffEntry, ...]
    municipality: str
    receivers: str = ""
    municipalities: tuple[MunicipalityEntry, ...] = ()
    specimen: str = "見本"


class NoTown(Exception):
    """There is no open town behind the file; `str()` says why."""


def write_town(town: Town, file: Path) -> None:
    """Replace the file whole; it holds PINs and passwords of the demonstration, so it is its owner's alone."""
    fresh = file.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(town), indent=1))
    fresh.replace(file)


def read_town(file: Path) -> Town:
    """The town behind `file`; raises `NoTown`."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Town)
    except FileNotFoundError:
        raise NoTown(f"{file}: no such file; open a town first with `konbini town --state DIR`") from None
    except (OSError, msgspec.DecodeError) as error:
        raise NoTown(f"{file}: {error}") from None
