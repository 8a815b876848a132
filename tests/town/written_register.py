"""A register that somebody else wrote: three households as a CSV file, by hand and in no order, for cards that exist.

Written out here column by column and compared with papers by these same texts, so that no room of the program stands on both sides.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from registers.numbers import juminhyo_code_digit, my_number_digit

Line = dict[str, str]

COLUMNS = (
    "宛名番号", "世帯番号", "住所", "氏名", "氏名の振り仮名", "旧氏", "旧氏の振り仮名", "通称", "通称の振り仮名", "生年月日", "性別", "続柄", "住民となった年月日",
    "住所を定めた年月日", "届出年月日", "転入前住所", "本籍", "筆頭者", "個人番号", "住民票コード", "国籍・地域", "30条45規定区分", "在留資格", "在留期間", "在留期間の満了の日",
    "在留カード等の番号", "利用者証明用電子証明書シリアル番号",
)  # fmt: skip

YOSHIDA = "𠮷田"
TSUJI = "辻\U000e0100"


@dataclass(frozen=True, slots=True)
class Expected:
    """One household as its paper must read: address, head, and (氏名, 続柄, 生年月日 as printed) in the standard's order."""

    address: str
    head: str
    members: tuple[tuple[str, str, str], ...]


HOUSEHOLDS: Mapping[str, Expected] = {
    "family": Expected(
        "見本県みほん市西町三丁目４番５号　コーポ𠮷田２０１号",
        f"{YOSHIDA}　太郎",
        (
            (f"{YOSHIDA}　太郎", "世帯主", "昭和５３年３月９日"),
            (f"{YOSHIDA}　花子", "妻", "昭和５５年１１月２１日"),
            (f"{YOSHIDA}　一", "子", "平成１８年４月１日"),
            (f"{TSUJI}　二葉", "妻の子", "平成２０年１２月３１日"),
            (f"{YOSHIDA}　竹蔵", "父", "昭和２４年２月１１日"),
            (f"{YOSHIDA}　梅", "母", "昭和２６年８月７日"),
            ("山本　実", "同居人", "平成元年１月８日"),
        ),
    ),
    "alone": Expected("見本県みほん市東町１番地", f"{TSUJI}　葛\U000e0100", ((f"{TSUJI}　葛\U000e0100", "世帯主", "昭和６４年１月７日"),)),
    "foreign": Expected("見本県みほん市南町９番１号", "NGUYEN THI MAI", (("NGUYEN THI MAI", "世帯主", "１９９２年２月２９日"),)),
}
"""葛󠄀 is U+845B U+E0100; 平成元年１月８日 and 昭和６４年１月７日 are the days on both sides of a change of era."""


def write(file: Path, serials: Mapping[str, str], spoil: Sequence[tuple[int, str, str]] = ()) -> list[Line]:
    """The file, with these serials of cards by household; `spoil` puts wrong texts in: (line of the file, column, text)."""
    lines = _lines(serials)
    for number, column, text in spoil:
        lines[number - 2][column] = text
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(lines)
    return lines


def _lines(serials: Mapping[str, str]) -> list[Line]:
    family, alone, foreign = HOUSEHOLDS["family"].address, HOUSEHOLDS["alone"].address, HOUSEHOLDS["foreign"].address
    koseki = {"本籍": "見本県みほん市西町三丁目４番", "筆頭者": f"{YOSHIDA}　太郎"}
    parents = {"本籍": "例示県ためし市本町１番地", "筆頭者": f"{YOSHIDA}　竹蔵"}
    moved = {"転入前住所": "例示県ためし市本町１番１号", "届出年月日": "2011-04-05"}
    card = {household: {"利用者証明用電子証明書シリアル番号": serial} for household, serial in serials.items()}
    return [
        _line(1, 1, family, "山本　実", "ヤマモト　ミノル", "1989-01-08", "男", "同居人", 本籍="なし", 筆頭者="なし"),
        _line(2, 1, family, f"{YOSHIDA}　梅", "ヨシダ　ウメ", "1951-08-07", "女", "母", **parents),
        _line(3, 1, family, f"{YOSHIDA}　一", "ヨシダ　ハジメ", "2006-04-01", "男", "子", **koseki, **card["family"]),
        _line(4, 2, alone, f"{TSUJI}　葛\U000e0100", "ツジ　カズラ", "1989-01-07", "女", "世帯主", 本籍="不明", 筆頭者="不明", **card["alone"]),
        _line(5, 1, family, f"{YOSHIDA}　花子", "ヨシダ　ハナコ", "1980-11-21", "女", "妻", 旧氏=TSUJI, 旧氏の振り仮名="ツジ", **koseki, **moved),
        _line(6, 3, foreign, "NGUYEN THI MAI", "グエン　ティ　マイ", "1992-02-29", "女", "世帯主", 通称="山田　舞", 通称の振り仮名="ヤマダ　マイ", **card["foreign"],
              **{"国籍・地域": "ベトナム", "30条45規定区分": "中長期在留者", "在留資格": "技術・人文知識・国際業務", "在留期間": "3年", "在留期間の満了の日": "2028-06-30",
                 "在留カード等の番号": "AB12345678CD"}),
        _line(7, 1, family, f"{YOSHIDA}　竹蔵", "ヨシダ　タケゾウ", "1949-02-11", "男", "父", **parents),
        _line(8, 1, family, f"{YOSHIDA}　太郎", "ヨシダ　タロウ", "1978-03-09", "男", "世帯主", **koseki, **moved),
        _line(9, 1, family, f"{TSUJI}　二葉", "ツジ　フタバ", "2008-12-31", "女", "妻の子", 本籍="見本県みほん市東町１番地", 筆頭者=f"{TSUJI}　花子"),
    ]  # fmt: skip


def _line(person: int, household: int, address: str, name: str, kana: str, birth: str, sex: str, relation: str, **more: str) -> Line:
    my_number, code = f"{70_000_000_000 + person}", f"{8_000_000_000 + person}"
    return {
        "宛名番号": f"{7_000_000_000 + person}",
        "世帯番号": f"{7_700_000_000 + household}",
        "住所": address,
        "氏名": name,
        "氏名の振り仮名": kana,
        "生年月日": birth,
        "性別": sex,
        "続柄": relation,
        "住民となった年月日": max(birth, "2011-04-01"),
        "住所を定めた年月日": max(birth, "2011-04-01"),
        "個人番号": my_number + my_number_digit(my_number),
        "住民票コード": code + juminhyo_code_digit(code),
        **more,
    }
