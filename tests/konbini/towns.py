"""The description of a town that is open somewhere; nobody needs to be there."""

from pathlib import Path

from simulation.town.description import HolderEntry, KioskEntry, PartyEntry, StaffEntry, Town, write_town

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens on the discard port."""

HOLDER = HolderEntry(
    id="0", name="見本 花子", pin="1234", card="/nowhere/0000.card", municipality="990019", kinds=("juminhyo",), atena_no="0000000017", note=""
)


def town_at(folder: Path, *, url: str = NOWHERE, kiosks: int = 2) -> tuple[Town, Path]:
    parties = {name: PartyEntry(url=url, office_url=url, pid=1) for name in ("jpki", "fees", "municipal", "center", "kiosk")}
    staff = (StaffEntry(name="会計課 次郎", password="himitsu", role="finance", url=url),)
    places = tuple(KioskEntry(id=f"K-{number}", url=f"{url}/terminals/K-{number}", profile="store") for number in range(1, kiosks + 1))
    town = Town(parties=parties, ca={}, kiosks=places, holders=(HOLDER,), staff=staff, municipality="990019")
    write_town(town, folder / "town.json")
    return town, folder / "town.json"
