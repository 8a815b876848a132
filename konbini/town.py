"""`konbini town`: open the town and say where everything is."""

from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from certificates.kinds import KINDS
from certificates.wareki import wareki
from konbini.answers import fail
from simulation.town.description import Town
from simulation.town.opening import AlreadyOpen, PortTaken, Wish, keep_open
from simulation.town.preparation import StateMismatch
from simulation.town.supervisor import PartyFailed
from storage.instants import JST

WIDTH = 120
"""Of what is written to a file, where no terminal says how wide it is."""

OFFICES = {"center": "センターの運用画面", "municipal": "職員画面", "bcl": "BCLの運用画面", "fees": "手数料の帳簿", "jpki": "認証局の画面"}
PARTY_NAMES = {
    "kiosk": "キオスク端末",
    "center": "証明書交付センター",
    "municipal": "市区町村の証明書発行サーバ",
    "bcl": "自治体基盤クラウド（BCL）",
    "fees": "手数料の窓口",
    "jpki": "認証局",
}


def open_town(
    state: Path,
    *,
    port: int,
    seed: int,
    residents: int,
    municipalities: int,
    terminals: int,
    hours: str,
    printer_seconds: float,
    rehearse_crashes: bool,
    brisk: bool,
) -> None:
    """Open the town until Ctrl-C."""
    if hours not in ("always", "real"):
        fail("hours_unknown", "--hours は always か real です。", as_json=False, status=2)
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console = Console(highlight=False, soft_wrap=True, width=WIDTH)
    wish = Wish(state, port, seed, residents, municipalities, terminals, hours == "real", printer_seconds, rehearse_crashes, brisk)
    try:
        with console.status("町を開いています") as status:

            def ready(town: Town) -> None:
                status.stop()
                _tell(console, town, state, hours)

            keep_open(wish, lambda: datetime.now(JST), lambda step: status.update(PARTY_NAMES.get(step.partition("-")[0], step)), ready)
    except (AlreadyOpen, StateMismatch, PortTaken, PartyFailed) as error:
        fail("town_not_opened", f"町を開けません: {error}", as_json=False, status=2)
    console.print("町を閉じました。帳簿は残っています。")


def _tell(console: Console, town: Town, state: Path, hours: str) -> None:
    console.print("\n[bold]町が開きました（見本）[/bold]  Ctrl-C で閉じます。")
    console.print(f"\n  キオスク端末  [bold]{town.kiosks[0].url}[/bold]   （全端末の一覧 {town.parties['kiosk'].office_url}/ ）\n")
    console.print(_municipalities(town))
    console.print()
    console.print(_staff(town))
    holders = Table("見本の住民", "氏名", "住所地", "暗証番号", "", box=None, pad_edge=True)
    holders.columns[4].overflow = "fold"
    names = {place.code: place.name for place in town.municipalities}
    for holder in town.holders:
        if holder.note:
            holders.add_row(holder.id, holder.name, names.get(holder.municipality, ""), holder.pin, holder.note)
    console.print()
    console.print(holders)
    if any(holder.use for holder in town.holders):
        console.print()
        console.print(_uses(town))
    for place in town.municipalities:
        if place.year_awaits_approval:
            console.print(
                f"\n  {place.name}は、最新年度の課税証明書を税務課がまだ承認していない状態で用意してあります。"
                "税務課の職員画面の「課税年度」で見本を確かめて承認すると、その年度を取れるようになります。"
            )
    if town.receivers:
        console.print(f"\n  証明書を受け取った人の確認ページ  {town.receivers}")
    console.print(f"\n  ほか全 {len(town.holders)} 人とその暗証番号は {state}/town.json にあります。")
    opening = (
        "受付は 6:30 から 23:00 までです。"
        if hours == "real"
        else "見本では1日中受け付けます（実際は 6:30 から 23:00 まで。--hours real で同じになります）。"
    )
    console.print(f"  {opening}\n")


def _municipalities(town: Town) -> Table:
    table = Table("市区町村", "コード", "取れる証明書", "発行", "広域交付", box=None, pad_edge=True)
    table.columns[2].overflow = "fold"
    for place in town.municipalities:
        kinds = "全種類" if len(place.kinds) == len(KINDS) else "、".join(KINDS[kind].title for kind in place.kinds)
        issuers = "・".join(dict.fromkeys(_issuer_name(party) for party in place.issuers.values()))
        table.add_row(f"{place.prefecture}{place.name}", place.code, kinds, issuers, "参加" if place.wide_tax else "未参加")
    return table


def _uses(town: Town) -> Table:
    """What is typed in an application for 本籍地利用登録: nobody could know it who tries one of these cards."""
    table = Table("利用登録の申請", "本籍地", "本籍", "筆頭者", "氏名", "生年月日", box=None, pad_edge=True)
    names = {place.code: place.name for place in town.municipalities}
    for holder in town.holders:
        if holder.use is not None:
            use = holder.use
            birth = wareki(date.fromisoformat(use.birth))
            table.add_row(f"{holder.id} {holder.name}", names[use.municipality], use.honseki, use.hittousha, use.name, birth)
    return table


def _issuer_name(party: str) -> str:
    return "BCL" if party == "bcl" else "自庁サーバ"


def _staff(town: Town) -> Table:
    """The offices: those of every town, then the servers of the other municipalities; the tax section where it has something to do."""
    table = Table("事務の画面", "アドレス", "名前", "パスワード", box=None, pad_edge=True)
    by_url = {member.url: member for member in reversed(town.staff)}  # the first of several
    names = {place.code: place.name for place in town.municipalities}
    titles = {town.parties[party].office_url: title for party, title in OFFICES.items() if party in town.parties}
    titles[town.parties["municipal"].office_url] = f"{names[town.municipality]}の職員画面"
    titles |= {
        member.url: f"{names[member.municipality]}の職員画面" + ("（BCL）" if ".localhost" in member.url else "")
        for member in town.staff
        if member.municipality and member.role != "municipality"
    }
    waiting = {place.code for place in town.municipalities if place.year_awaits_approval}
    for url, title in titles.items():
        table.add_row(title, url, by_url[url].name, by_url[url].password)
        for member in town.staff:
            if member.url == url and member.role == "municipality":
                table.add_row(f"　{names[member.municipality]}の職員として", url, member.name, member.password)
            elif member.url == url and member.role == "tax" and (member.municipality or town.municipality) in {town.municipality, *waiting}:
                table.add_row("　税務課として（課税年度の承認）", url, member.name, member.password)
    return table
