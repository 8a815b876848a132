"""`konbini bcl`: the commands of the shared cloud by name. Each is imported when it is called, so that none pays for the others."""

from pathlib import Path
from typing import Annotated

import typer

bcl = typer.Typer(no_args_is_help=True, help="自治体基盤クラウド（BCL）の道具。")

Json = Annotated[bool, typer.Option("--json", help="標準出力に JSON のオブジェクトを1つだけ出す。")]
BclConfig = Annotated[Path, typer.Option(help="自治体基盤クラウドの設定ファイル。", dir_okay=False)]
Tenant = Annotated[str, typer.Option(help="団体コード（6桁）。")]
Who = Annotated[str, typer.Option(help="操作する人の名前。操作記録に残る。")]
Why = Annotated[str, typer.Option(help="理由。操作記録に残る。")]


@bcl.command("onboard")
def bcl_onboard(
    config: BclConfig,
    description: Annotated[Path, typer.Option(help="参加する市区町村の設定（JSON）。", dir_okay=False)],
    who: Who,
    why: Why = "参加の準備",
    authority: Annotated[Path | None, typer.Option(help="職責認証局の証明書。省くと証明書の要求書を作る。", dir_okay=False)] = None,
    authority_key: Annotated[Path | None, typer.Option(help="職責認証局の鍵。", dir_okay=False)] = None,
    json: Json = False,
) -> None:
    """市区町村の参加の準備をする: 作成、鍵、証明書、公印、認証者、様式、職員。何度行ってもよい。"""
    from konbini.bcl import onboard

    onboard(config, description, authority, authority_key, who, why, as_json=json)


@bcl.command("status")
def bcl_status(config: BclConfig, json: Json = False) -> None:
    """参加団体の状態と、まだ済んでいない準備を示す。"""
    from konbini.bcl import show_status

    show_status(config, as_json=json)


@bcl.command("upload")
def bcl_upload(
    config: BclConfig,
    tenant: Tenant,
    archive: Annotated[Path, typer.Option(help="連携用データ（ZIP）。", dir_okay=False, exists=True)],
    who: Who,
    why: Why = "連携用データの更新",
    json: Json = False,
) -> None:
    """連携用データを取り込む。誤りがあれば行ごとに示す。"""
    from konbini.bcl import to_upload
    from konbini.bcl_upload import upload_archive

    opening, registers = to_upload(config, tenant, archive, who, why, as_json=json)
    upload_archive(opening, archive, tenant, registers, as_json=json)


@bcl.command("fast")
def bcl_fast(
    config: BclConfig,
    tenant: Tenant,
    event: Annotated[Path, typer.Option(help="ただちに効かせる異動（JSON）。", dir_okay=False, exists=True)],
    json: Json = False,
) -> None:
    """交付を止めるべき異動（支援措置、転出届、死亡など）をただちに効かせる。"""
    from konbini.bcl import for_event
    from konbini.bcl_upload import take_event

    take_event(for_event(config, tenant, as_json=json), event, as_json=json)


@bcl.command("handover")
def bcl_handover(
    config: BclConfig,
    tenant: Tenant,
    out: Annotated[Path, typer.Option(help="書き出す引継ぎデータ（ZIP）。個人情報を含む。", dir_okay=False)],
    who: Who,
    kinds: Annotated[str, typer.Option(help="移す証明書の種類（コンマ区切り）。省くと全種類。")] = "",
    data: Annotated[Path | None, typer.Option(help="台帳も連携用データ（ZIP）として書き出すときのファイル。", dir_okay=False)] = None,
    sequence: Annotated[int, typer.Option(help="その連携用データの連番。", min=1)] = 1,
    why: Why = "発行元の乗り換え",
    json: Json = False,
) -> None:
    """利用登録、職員の設定した抑止など、台帳のファイルにないものを、次の発行元への引継ぎデータとして書き出す。"""
    from konbini.handover import Written, hand_over_tenant, kinds_of

    hand_over_tenant(config, tenant, Written(kinds_of(kinds), out, data, sequence, who, why), as_json=json)


@bcl.command("takeover")
def bcl_takeover(
    config: BclConfig,
    tenant: Tenant,
    archive: Annotated[Path, typer.Option(help="引継ぎデータ（ZIP）。", dir_okay=False, exists=True)],
    who: Who,
    why: Why = "発行元の乗り換え",
    json: Json = False,
) -> None:
    """前の発行元の引継ぎデータを取り込む。台帳の連携用データを先に取り込んでおく。"""
    from konbini.handover import take_over_tenant

    take_over_tenant(config, tenant, archive, who, why, as_json=json)


@bcl.command("statement")
def bcl_statement(
    config: BclConfig,
    tenant: Tenant,
    days: Annotated[int, typer.Option(help="有効な日数。", min=1, max=3650)] = 1825,
    json: Json = False,
) -> None:
    """照会を封じる鍵の証明文（課税証明書の広域交付）を示す。センターの参加市区町村の台帳に登録する。"""
    from konbini.bcl import show_statement

    show_statement(config, tenant, days, as_json=json)


@bcl.command("trial")
def bcl_trial(
    config: BclConfig,
    tenant: Tenant,
    who: Who,
    why: Why = "交付開始前の確認",
    out: Annotated[Path | None, typer.Option(help="見本（表と裏の PDF）を置くフォルダ。", file_okay=False)] = None,
    json: Json = False,
) -> None:
    """試験発行をする: その市区町村の公印・認証者・様式・鍵で、架空の人の見本を作る。"""
    from konbini.bcl import trial

    trial(config, tenant, who, why, out, as_json=json)


@bcl.command("look")
def bcl_look(
    config: BclConfig,
    tenant: Tenant,
    kind: Annotated[str, typer.Option(help="証明書の種類。")],
    form: Annotated[str, typer.Option(help="様式。")],
    clerk: Annotated[str, typer.Option(help="確かめた人: その市区町村の職員の名前。")],
    password: Annotated[
        str, typer.Option(help="その職員のパスワード（省くと尋ねる）。", prompt="パスワード", hide_input=True, envvar="KONBINI_PASSWORD")
    ],
    faulty: Annotated[bool, typer.Option("--faulty", help="誤りがあるとき。")] = False,
    remark: Annotated[str, typer.Option(help="備考。誤りがあるときは、その内容。")] = "",
    json: Json = False,
) -> None:
    """試験発行の見本を、その市区町村の職員が確かめたと記録する。"""
    from konbini.bcl import look

    look(config, tenant, kind, form, clerk, password, remark, good=not faulty, as_json=json)


@bcl.command("open")
def bcl_open(config: BclConfig, tenant: Tenant, who: Who, why: Why = "準備完了", json: Json = False) -> None:
    """準備の済んだ市区町村の発行を始める。"""
    from konbini.bcl import open_one

    open_one(config, tenant, who, why, as_json=json)


@bcl.command("close")
def bcl_close(config: BclConfig, tenant: Tenant, who: Who, why: Why, json: Json = False) -> None:
    """市区町村の発行をただちに止める。"""
    from konbini.bcl import close_one

    close_one(config, tenant, who, why, as_json=json)


@bcl.command("probe")
def bcl_probe(
    config: BclConfig,
    tenant: Annotated[str | None, typer.Option(help="団体コード（6桁）。省くと全団体。")] = None,
    json: Json = False,
) -> None:
    """参加団体のあいだの混在がないか、架空の住民で点検する。混在があれば、その団体を止める。"""
    from konbini.bcl_guards import probe

    probe(config, tenant, as_json=json)


@bcl.command("restart")
def bcl_restart(
    config: BclConfig,
    tenant: Tenant,
    operator: Annotated[str, typer.Option(help="クラウドの担当者の名前。")],
    why: Why,
    password: Annotated[
        str, typer.Option(help="その担当者のパスワード（省くと尋ねる）。", prompt="パスワード", hide_input=True, envvar="KONBINI_PASSWORD")
    ],
    json: Json = False,
) -> None:
    """停止した市区町村を再開する。1人目は申出、2人目の担当者で再開。停止後の点検で異常なしと確かめられていることが要る。"""
    from konbini.bcl_guards import restart

    restart(config, tenant, operator, password, why, as_json=json)
