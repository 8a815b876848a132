"""Made-up households of four for the papers that are measured, another one each round: nobody's cache may hold the paper that is asked for."""

from dataclasses import dataclass
from random import Random

SURNAMES = (
    "渡辺",
    "髙橋",
    "佐々木",
    "山﨑",
    "長谷川",
    "五十嵐",
    "𠮷田",
    "藤原",
    "小野寺",
    "東海林",
    "勅使河原",
    "濵田",
    "齋藤",
    "廣瀨",
    "黒田",
    "神宮寺",
)
IPAMJ_SURNAMES = ("邉󠄐見", "齋󠄃藤󠄂", "𮞽部", "辻󠄂本", "葛󠄂城", "芦󠄂田", "邊󠄏")
"""Each holds a form that only IPAmj明朝 has."""

GIVEN = (
    "太郎",
    "花子",
    "健一",
    "美咲",
    "大翔",
    "陽菜",
    "翔太",
    "結衣",
    "蓮",
    "葵",
    "直樹",
    "恵",
    "茂",
    "節子",
    "七海",
    "悠真",
    "莉子",
    "湊",
    "紬",
    "樹",
)
KANA = ("タロウ", "ハナコ", "ケンイチ", "ミサキ", "ヒロト", "ヒナ", "ショウタ", "ユイ", "レン", "アオイ", "ナオキ", "メグミ", "シゲル", "セツコ")
TOWNS = ("中央", "本町", "栄町", "新町", "緑町", "幸町", "若葉台", "桜ヶ丘", "鶴見", "船越", "霞", "梅園")
WARD = "見本県みほん市"


@dataclass(frozen=True, slots=True)
class Household:
    """What the cells of a 住民票 read, by cell code: `head` for the sheet, `members` for each of four people."""

    head: dict[str, str]
    members: tuple[dict[str, str], ...]


def household(chance: Random, surnames: tuple[str, ...] = SURNAMES) -> Household:
    """Four people with all that can be asked for."""
    surname, address = chance.choice(surnames), f"{WARD}{_place(chance)}　みほんハイツ{chance.randint(100, 999)}号室"
    members = tuple(_person(chance, surname if number < 3 else chance.choice(surnames), number, surname) for number in range(4))
    return Household({"address": address, "head_name": members[0]["name"]}, members)


def _person(chance: Random, surname: str, number: int, head: str) -> dict[str, str]:
    moved = _date(chance, "令和", 7)
    return {
        "name": f"{surname}　{chance.choice(GIVEN)}",
        "name_kana": f"{chance.choice(KANA)}　{chance.choice(KANA)}",
        "birth": _date(chance, "昭和" if number < 2 else "平成", 30),
        "sex": "男女"[number % 2],
        "relation": ("世帯主", "妻", "子", "子の妻")[number],
        "my_number": f"{chance.randrange(10**11, 10**12)}",
        "juminhyo_code": f"{chance.randrange(10**10, 10**11)}",
        "resident_since": moved,
        "address_since": moved,
        "notified_on": _date(chance, "令和", 7),
        "previous_address": f"見本県となり市{_place(chance)}",
        "hittousha": f"{head}　{chance.choice(GIVEN)}",
        "honseki": f"{WARD}{chance.choice(TOWNS)}{_digits(chance, 99)}番地",
    }


def _place(chance: Random) -> str:
    return f"{chance.choice(TOWNS)}{_digits(chance, 9)}丁目{_digits(chance, 29)}番{_digits(chance, 29)}号"


def _date(chance: Random, era: str, years: int) -> str:
    return f"{era}{_digits(chance, years)}年{_digits(chance, 12)}月{_digits(chance, 28)}日"


def _digits(chance: Random, largest: int) -> str:
    return str(chance.randint(2, largest)).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
