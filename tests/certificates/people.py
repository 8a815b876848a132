"""A household to ask about: 見本 太郎 (head), 花子 (wife), 一郎 (child of 20), リン (a lodger from abroad); and what a test changes in it."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from certificates.issuer_form import IssuerForm
from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.wareki import JST
from registers.residents.resident import ForeignStatus, Household, Protection, Resident, Suppression

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=JST)
KEY = bytes(range(32))
KIND = KINDS["juminhyo"]
ALL_OPTIONS = tuple(option.code for option in KIND.options)
POLICY = Policy(kind="juminhyo", options=ALL_OPTIONS, forms=("juminhyo", "kojinhyo"), copies_max=5, leaving_blocks="omit")
FORM = IssuerForm("990019", "見本県", "みほん市", "見本県みほん市長", "見本　一心", b"", "みほん市")

TARO = Resident(
    atena_no="0000000011", household_no="0000000001", name="見本　太郎", name_kana="ミホン　タロウ", former_name=None, former_name_kana=None,
    alias=None, alias_kana=None, birth="1975-04-01", sex="男", relation="世帯主", resident_since="1999-04-01", address_since="2019-05-01",
    notified_on="2019-05-07", previous_address="見本県となり町一丁目１番", honseki="見本県みほん市本町一丁目１番", hittousha="見本　太郎",
    my_number="123456789018", juminhyo_code="12345678901", foreign=None, serial="1f3a", card_usable_from=date(2026, 1, 2),
)  # fmt: skip
HANAKO = replace(
    TARO, atena_no="0000000022", name="見本　花子", name_kana="ミホン　ハナコ", former_name="山﨑", former_name_kana="ヤマサキ", birth="1978-12-31", sex="女",
    relation="妻", my_number="223456789010", juminhyo_code="22345678901", serial="2f3a",
)  # fmt: skip
ICHIRO = replace(TARO, atena_no="0000000033", name="見本　一郎", name_kana="ミホン　イチロウ", birth="2006-11-23", relation="子", serial="3f3a")
RIN = replace(
    TARO, atena_no="0000000044", name="RIN MAY", name_kana=None, alias="林　芽衣", alias_kana="ハヤシ　メイ", birth="1990-04-01", sex="女", relation="同居人",
    honseki=None, hittousha=None, notified_on=None, previous_address=None, serial="4f3a",
    foreign=ForeignStatus("見本国", "中長期在留者", "留学", "４年３月", date(2028, 7, 5), "AB12345678CD"),
)  # fmt: skip

PROTECTED = {
    "support": Protection("support", date(2026, 4, 1), date(2027, 3, 31)),
    "provisional": Protection("provisional", date(2026, 11, 20), None),
    "co_protected": Protection("co_protected", date(2026, 4, 1), date(2027, 3, 31)),
}
LAPSED = Protection("support", date(2020, 4, 1), date(2021, 3, 31))
STOP = Suppression(date(2026, 11, 23), None, False, "見本の抑止")
OLD_STOP = Suppression(date(2020, 1, 1), date(2020, 12, 31), False, "見本の抑止")
HOUSEHOLD_STOP = Suppression(date(2020, 1, 1), date(2020, 12, 31), True, "見本の抑止")
LATER_STOP = Suppression(date(2026, 11, 24), None, True, "見本の抑止")


def household(*members: Resident, version: str = "v1") -> Household:
    """These people at one address; without any, all four."""
    return Household("0000000001", "見本県みほん市本町一丁目１番１号　見本荘２０１号", "見本　太郎", members or (TARO, HANAKO, ICHIRO, RIN), version)


def changed(who: Resident, **changes: Any) -> tuple[Household, Resident]:
    """The household in which one person is different, and that person."""
    new = replace(who, **changes)
    return household(*(new if member is who else member for member in (TARO, HANAKO, ICHIRO, RIN))), new
