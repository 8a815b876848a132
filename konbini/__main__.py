"""`konbini`: the commands by name. Each is imported when it is called, so that none pays for the others."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from konbini.bcl_commands import bcl
from konbini.conformance_commands import conformance

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="コンビニ交付の模擬環境と証明書サーバ（見本）。")
municipal = typer.Typer(no_args_is_help=True, help="市区町村の証明書発行サーバの道具。")
app.add_typer(municipal, name="municipal")
app.add_typer(bcl, name="bcl")
app.add_typer(conformance, name="conformance")

Json = Annotated[bool, typer.Option("--json", help="標準出力に JSON のオブジェクトを1つだけ出す。")]
TownFile = Annotated[Path, typer.Option("--town", help="開いている町の town.json。", dir_okay=False)]


@app.command()
def town(
    state: Annotated[Path, typer.Option(help="町の状態（鍵・台帳・帳簿）を置くフォルダ。")],
    port: Annotated[int, typer.Option(help="最初のポート。0 なら空いているものを使う。", min=0, max=65_000)] = 8700,
    seed: Annotated[int, typer.Option(help="住民を作る種。")] = 1,
    residents: Annotated[int, typer.Option(help="住民の数。", min=60, max=200_000)] = 400,
    municipalities: Annotated[int, typer.Option(help="市区町村の数。", min=1, max=12)] = 12,
    terminals: Annotated[int, typer.Option(help="キオスク端末の数。", min=1, max=200)] = 4,
    hours: Annotated[str, typer.Option(help="受付時間。always は常時、real は 6:30 から 23:00 まで。")] = "always",
    printer_seconds: Annotated[float, typer.Option(help="印刷の速さ（1枚あたりの秒）。", min=0.0, max=60.0)] = 0.8,
    crash_points: Annotated[bool, typer.Option("--crash-points", hidden=True, help="故障の訓練に使う。")] = False,
    brisk: Annotated[bool, typer.Option("--brisk", hidden=True, help="訓練のときだけ、知らせ直すまでの間を短くする。")] = False,
) -> None:
    """町を開く: 当事者ごとに1つのプロセスを立ち上げて見守る。Ctrl-C で閉じる。"""
    from konbini.town import open_town

    open_town(
        state,
        port=port,
        seed=seed,
        residents=residents,
        municipalities=municipalities,
        terminals=terminals,
        hours=hours,
        printer_seconds=printer_seconds,
        rehearse_crashes=crash_points,
        brisk=brisk,
    )


@app.command()
def serve(
    party: Annotated[str, typer.Argument(help="kiosk, center, municipal, bcl, fees, jpki のどれか。")],
    config: Annotated[Path, typer.Option(help="その当事者の設定ファイル。", dir_okay=False)],
) -> None:
    """当事者を1つだけ動かす。"""
    from konbini.serve import serve_party

    serve_party(party, config)


@app.command()
def issue(
    town_file: TownFile,
    holder: Annotated[str, typer.Option(help="町の holders の id。")],
    pin: Annotated[str, typer.Option(help="利用者証明用の暗証番号（4桁）。")],
    kind: Annotated[str, typer.Option(help="証明書の種類: juminhyo, kisai_jiko, inkan, koseki, fuhyo, kazei。")],
    out: Annotated[Path, typer.Option(help="出てきた紙（PDF）と領収書を置くフォルダ。", file_okay=False)],
    members: Annotated[str, typer.Option(help="all, self, または宛名番号をコンマで区切ったもの。")] = "all",
    scope: Annotated[str, typer.Option(help="戸籍と附票: all（全部）か person（1人）。")] = "",
    person: Annotated[str, typer.Option(help="--scope person のとき、戸籍の者の番号。省くとカードの本人。")] = "",
    year: Annotated[int | None, typer.Option(help="年度（2026 は令和8年度）。")] = None,
    form: Annotated[str, typer.Option(help="様式: juminhyo, kojinhyo; kazei, shotoku, shotoku_kazei。")] = "",
    show: Annotated[str, typer.Option(help="記載する事項をコンマで区切ったもの（relation,honseki など）。")] = "",
    copies: Annotated[int, typer.Option(help="通数。")] = 1,
    kiosk: Annotated[str | None, typer.Option(help="端末の id。")] = None,
    municipality: Annotated[str | None, typer.Option(help="市区町村コード（6桁）。")] = None,
    january_municipality: Annotated[
        str, typer.Option(help="課税証明書: その年の1月1日に住んでいた市区町村のコード（広域交付）。国外なら abroad。省くといまの市区町村。")
    ] = "",
    honseki: Annotated[str | None, typer.Option(help="戸籍と附票: 本籍が住所地と別の市区町村にあるとき、そのコード（利用登録が要る）。")] = None,
    credential: Annotated[str, typer.Option(help="card, android, iphone。いまは card だけ。")] = "card",
    json: Json = False,
) -> None:
    """本物の端末で1回の手続きをする: カード、暗証番号、選択、支払い、印刷。"""
    from konbini.issue import Errand, run_errand, who

    shown = tuple(code for code in show.split(",") if code)
    listed = who(kind, members, scope, person, as_json=json)
    places = (january_municipality, honseki)
    run_errand(Errand(town_file, holder, pin, kind, listed, form, year, shown, copies, kiosk, municipality, credential, out, *places), as_json=json)


@app.command()
def books(
    town_file: TownFile,
    form: Annotated[
        Literal["table", "json", "hledger"],
        typer.Option("--format", help="table: 残高と新しい仕訳。json: 全て。hledger: 総勘定元帳の全仕訳（テキスト）。"),
    ] = "table",
    out: Annotated[Path | None, typer.Option(help="書き出すファイル。省くと標準出力。hledger だけ。", dir_okay=False)] = None,
    json: Json = False,
) -> None:
    """手数料の帳簿: 勘定、残高、仕訳。"""
    from konbini.books import show_books, write_journal

    if form == "hledger":
        write_journal(town_file, out, as_json=json)
    elif out is not None:
        raise typer.BadParameter("--out は --format hledger のときだけ使えます。")
    else:
        show_books(town_file, as_json=json or form == "json")


@app.command()
def plan(
    scenario: Annotated[Path, typer.Option(help="試算の条件（TOML。docs/planning.md、例は fees/planning/examples）。", dir_okay=False)],
    out: Annotated[Path, typer.Option(help="議会向けの資料（HTML, PDF）、団体別と仮定の CSV を置くフォルダ。", file_okay=False)],
    population: Annotated[Path | None, typer.Option(help="団体コードと人口の CSV（全市区町村）。省くとモデルの人口。", dir_okay=False)] = None,
    municipality: Annotated[str | None, typer.Option(help="自分の団体の全国地方公共団体コード（6桁）。1ページ目がその団体のものになる。")] = None,
    json: Json = False,
) -> None:
    """運営負担金・参加・キャンペーンの試算（見本）を、全国の市区町村について行う。"""
    from konbini.plan import Errand, make_plan

    make_plan(Errand(scenario, population, municipality, out), as_json=json)


@app.command()
def simulate(
    seed: Annotated[int, typer.Option(help="種。同じ種なら同じ経過になる。")],
    visits: Annotated[int, typer.Option(help="来訪の数。", min=1)],
    faults: Annotated[str, typer.Option(help="故障の多さ: none, light, heavy。")] = "light",
    municipalities: Annotated[int, typer.Option(help="市区町村の数。", min=1, max=12)] = 12,
    json: Json = False,
) -> None:
    """町をまるごと1つのプロセスで、仮想の時間の上で動かす。"""
    from konbini.simulate import run_simulation

    run_simulation(seed, visits, faults, municipalities, as_json=json)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="証明書のPDF（表・裏）か、裏面を読み取った画像（PNG, JPEG, PDF）。", dir_okay=False)],
    trust: Annotated[Path | None, typer.Option(help="信頼する認証局と鍵のファイル。省くと var/town/authorities/trust.json。", dir_okay=False)] = None,
    json: Json = False,
) -> None:
    """証明書の内容が発行されたときのままかを、通信せずに確かめる。内容を確かめられたときだけ終了コードが 0 になる。"""
    from konbini.verify import verify_file

    verify_file(file, trust, as_json=json)


@app.command()
def dossier(
    config: Annotated[Path, typer.Option(help="交付センターの設定ファイル。", dir_okay=False)],
    finding: Annotated[int, typer.Option(help="所見の番号。", min=1)],
    window: Annotated[int, typer.Option(help="発生の前後何秒の交付を含めるか。", min=1, max=2_592_000)] = 3600,
    csv: Annotated[bool, typer.Option("--csv", help="標準出力に CSV で出す。")] = False,
    json: Json = False,
) -> None:
    """所見に関わるおそれのある交付の一覧。個人に関する情報は含まない。"""
    from konbini.dossier import show_dossier

    show_dossier(config, finding, window, as_json=json, as_csv=csv)


@municipal.command("import")
def municipal_import(
    config: Annotated[Path, typer.Option(help="市区町村のサーバの設定ファイル。", dir_okay=False)],
    register: Annotated[str, typer.Option(help="台帳の種類: residents（住民）, koseki（戸籍と附票）, seal（印鑑登録）, tax（課税）。")],
    csv: Annotated[Path, typer.Option(help="読み込む CSV（列は docs/registers.md）。koseki では戸籍のファイル。", dir_okay=False)],
    members: Annotated[Path | None, typer.Option(help="koseki: 戸籍の者の CSV。", dir_okay=False)] = None,
    fuhyo: Annotated[Path | None, typer.Option(help="koseki: 附票の CSV。附票がなければ省く。", dir_okay=False)] = None,
    imprints: Annotated[Path | None, typer.Option(help="seal: 印影の PNG のフォルダ。印影を CSV に書いたときは省く。", file_okay=False)] = None,
    json: Json = False,
) -> None:
    """ほかで作られた台帳を読み込む。1行でも誤りがあれば、何も変えずに行を示す。"""
    from konbini.municipal_import import import_register
    from municipal_server.register_import import Files

    import_register(config, register, Files(csv, members, fuhyo, imprints), as_json=json)


Config = Annotated[Path, typer.Option(help="市区町村のサーバの設定ファイル。", dir_okay=False)]
Who = Annotated[str, typer.Option(help="操作する人の名前。操作記録に残る。")]
Why = Annotated[str, typer.Option(help="理由。操作記録に残る。")]


@municipal.command("handover")
def municipal_handover(
    config: Config,
    out: Annotated[Path, typer.Option(help="書き出す引継ぎデータ（ZIP）。個人情報を含む。", dir_okay=False)],
    who: Who,
    kinds: Annotated[str, typer.Option(help="移す証明書の種類（コンマ区切り）。省くと全種類。")] = "",
    data: Annotated[Path | None, typer.Option(help="台帳も連携用データ（ZIP）として書き出すときのファイル。", dir_okay=False)] = None,
    sequence: Annotated[int, typer.Option(help="その連携用データの連番。", min=1)] = 1,
    why: Why = "発行元の乗り換え",
    json: Json = False,
) -> None:
    """利用登録、職員の設定した抑止など、台帳のファイルにないものを、次の発行元への引継ぎデータとして書き出す。"""
    from konbini.handover import Written, hand_over_own, kinds_of

    hand_over_own(config, Written(kinds_of(kinds), out, data, sequence, who, why), as_json=json)


@municipal.command("takeover")
def municipal_takeover(
    config: Config,
    archive: Annotated[Path, typer.Option(help="引継ぎデータ（ZIP）。", dir_okay=False, exists=True)],
    who: Who,
    why: Why = "発行元の乗り換え",
    json: Json = False,
) -> None:
    """前の発行元の引継ぎデータを取り込む。台帳を先に取り込んでおく。"""
    from konbini.handover import take_over_own

    take_over_own(config, archive, who, why, as_json=json)


def main() -> None:
    """The entry point of the installed program."""
    app()


if __name__ == "__main__":
    main()
