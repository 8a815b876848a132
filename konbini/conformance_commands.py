"""`konbini conformance` and what belongs to it, as commands: the run, the profile that it needs, the changes of a demonstration town's registers. Each imports what it needs when it is called."""

from pathlib import Path
from typing import Annotated

import typer

conformance = typer.Typer(
    invoke_without_command=True,
    help="証明書発行サーバが通信の約束を守り、過去の誤交付と同じ不具合がないかを外から確かめる。適合は 0、不適合は 1、試験できなければ 2。",
)

Json = Annotated[bool, typer.Option("--json", help="標準出力に JSON のオブジェクトを1つだけ出す。")]


@conformance.callback()
def run(
    context: typer.Context,
    report: Annotated[Path | None, typer.Option(help="結果（report.html, report.json と署名）を置くフォルダ。", file_okay=False)] = None,
    issuer: Annotated[str, typer.Option(help="試験する証明書発行サーバのURL（https://）。")] = "",
    profile: Annotated[Path | None, typer.Option(help="サーバと試験用の住民を記した JSON（docs/protocol/profile.md）。", dir_okay=False)] = None,
    rehearse: Annotated[
        str,
        typer.Option(
            help="わざと壊したサーバ（I1 から I7、A9、P8、none は正常）を手元で動かして試験し、その種類だけを見つければ 0。--issuer と --profile は使わない。"
        ),
    ] = "",
    check: Annotated[
        Path | None, typer.Option(help="このフォルダの結果が、署名の後で書き換えられていないかを確かめる（--key で信じる公開鍵）。", file_okay=False)
    ] = None,
    case: Annotated[str, typer.Option(help="この番号だけを試す（P1,M2 のように。docs/protocol/cases.md）。")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="拒否の時間も比べ、大切な項目が試せていなければ適合としない。")] = False,
    seed: Annotated[int, typer.Option(help="種。同じ種なら同じ人と順番を選ぶ。")] = 1,
    load: Annotated[int, typer.Option(help="同時に出す注文の数。", min=2, max=200)] = 24,
    key: Annotated[
        Path | None,
        typer.Option(help="結果に署名する P-256 の鍵（PEM）。省くとこの回だけの鍵を作る。--check では信じる公開鍵。", dir_okay=False),
    ] = None,
    json: Json = False,
) -> None:
    """The run itself, where no command of its own is named."""
    if context.invoked_subcommand is not None:
        return
    from konbini.conformance import Errand, check_report, rehearse_fault, try_server

    asked = [bool(issuer) and profile is not None, bool(rehearse) and not issuer and profile is None, check is not None]
    if sum(asked) != 1 or (check is None and report is None):
        raise typer.BadParameter("--issuer と --profile と --report、--rehearse と --report、--check のどれかを指定してください。")
    if check is not None:
        check_report(check, key, as_json=json)
    elif rehearse and report is not None:
        rehearse_fault(rehearse, report, seed=seed, load=load, strict=strict, as_json=json)
    elif profile is not None and report is not None:
        only = tuple(one.strip() for one in case.split(",") if one.strip())
        try_server(Errand(issuer, profile, report, strict, seed, load, key, only), as_json=json)


@conformance.command("profile")
def make_profile(
    out: Annotated[Path | None, typer.Option(help="書き出すプロファイル。", dir_okay=False)] = None,
    town: Annotated[Path | None, typer.Option(help="開いている見本の町のフォルダ（konbini town --state）。")] = None,
    issuer: Annotated[str, typer.Option(help="町の市区町村コード（6桁）。省くと主な市。自庁サーバでも BCL の団体でもよい。")] = "",
    template: Annotated[bool, typer.Option("--template", help="自分のサーバのための、説明を書き込んだひな形を書き出す。")] = False,
    check: Annotated[
        Path | None, typer.Option(help="このプロファイルに誤りがないかを、サーバなしで確かめる。誤りは行を示す。", dir_okay=False)
    ] = None,
    json: Json = False,
) -> None:
    """プロファイルを作る・確かめる。--town は見本の町の発行元を試験できるもの、--template は自分で書き込むひな形。"""
    from konbini.conformance_profile import check_profile, write_template, write_town_profile

    if [town is not None, template, check is not None].count(True) != 1 or (check is None and out is None):
        raise typer.BadParameter("--town と --out、--template と --out、--check のどれかを指定してください。")
    if check is not None:
        check_profile(check, as_json=json)
    elif out is not None and town is not None:
        write_town_profile(town, issuer, out, as_json=json)
    elif out is not None:
        write_template(out, as_json=json)


@conformance.command("change", hidden=True)
def change(
    file: Annotated[Path, typer.Option(help="profile --town が書いた steps.json。", dir_okay=False)],
    step: Annotated[str, typer.Option(help="その中の名前。")],
) -> None:
    """見本の町の台帳を変える。プロファイルの changes から呼ばれる。"""
    from konbini.conformance_profile import change_town

    change_town(file, step)
