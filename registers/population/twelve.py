"""The twelve fictional municipalities of the large world: four prefectures whose numbers (96 to 99) do not exist, a designated city with wards, and a city into which a town was merged.

Says what a register must know of a place. On whose server its papers are made, and when, is no business of a register.
"""

from datetime import date

from registers.numbers import municipality_digit
from registers.population.city import CITIES, City, Former, Ward


def _code(first_five: str) -> str:
    return first_five + municipality_digit(first_five)


MOHAN = City(
    code=_code("96100"),
    prefecture="模範県",
    prefecture_en="Mohan-ken",
    name="もはん市",
    name_kana="モハンシ",
    name_en="Mohan City",
    towns_in_blocks=("中区大手町", "中区本町", "東区千代田", "東区泉町", "西区松原", "西区港南"),
    towns=("東区大字東模範", "西区大字西浜"),
    computerised=date(2004, 3, 20),
    wards=(
        Ward(_code("96101"), "中区", "Naka Ward"),
        Ward(_code("96102"), "東区", "Higashi Ward"),
        Ward(_code("96103"), "西区", "Nishi Ward"),
    ),
)
KARIZUMI = City(
    code=_code("97201"),
    prefecture="仮想県",
    prefecture_en="Kaso-ken",
    name="かりずみ市",
    name_kana="カリズミシ",
    name_en="Karizumi City",
    towns_in_blocks=("朝日町", "幸町", "宮前"),
    towns=("大字仮住", "大字北原", "浜町"),
    grade=2,
    computerised=date(2006, 10, 14),
)
HITORI = City(
    code=_code("98201"),
    prefecture="例示県",
    prefecture_en="Reiji-ken",
    name="ひとり市",
    name_kana="ヒトリシ",
    name_en="Hitori City",
    towns_in_blocks=("一番町", "双葉"),
    towns=("大字一里", "大字山崎", "新田"),
    grade=2,
    computerised=date(2008, 2, 16),
)
AWASE = City(
    code=_code("98202"),
    prefecture="例示県",
    prefecture_en="Reiji-ken",
    name="あわせ市",
    name_kana="アワセシ",
    name_en="Awase City",
    towns_in_blocks=("中央", "合同町"),
    towns=("もと町", "大字合瀬", "大字川合"),
    grade=3,
    computerised=date(2009, 11, 28),
    former=(Former(_code("98301"), "例示県", "もと町", "Moto Town", date(2024, 10, 1), "もと町", "あわせ郡"),),
)
TATOE = City(
    code=_code("98302"),
    prefecture="例示県",
    prefecture_en="Reiji-ken",
    name="たとえ町",
    name_kana="タトエチョウ",
    name_en="Tatoe Town",
    towns_in_blocks=("ひばり",),
    towns=("大字例", "大字南例", "大字坂上"),
    county="れい郡",
    grade=3,
    computerised=date(2011, 3, 5),
)
YUMEMI = City(
    code=_code("97202"),
    prefecture="仮想県",
    prefecture_en="Kaso-ken",
    name="ゆめみ市",
    name_kana="ユメミシ",
    name_en="Yumemi City",
    towns_in_blocks=("夢の台", "星見町", "月見町"),
    towns=("大字夢見", "大字沼田"),
    grade=2,
    computerised=date(2005, 7, 23),
)
TENARAI = City(
    code=_code("96301"),
    prefecture="模範県",
    prefecture_en="Mohan-ken",
    name="てならい町",
    name_kana="テナライチョウ",
    name_en="Tenarai Town",
    towns_in_blocks=("学園",),
    towns=("大字手習", "大字上手", "大字筆岡"),
    county="もはん郡",
    grade=3,
    computerised=date(2010, 9, 11),
)
NARAI = City(
    code=_code("99203"),
    prefecture="見本県",
    prefecture_en="Mihon-ken",
    name="ならい市",
    name_kana="ナライシ",
    name_en="Narai City",
    towns_in_blocks=("習志町", "緑ケ丘"),
    towns=("大字習井", "大字東原"),
    grade=2,
    computerised=date(2007, 1, 27),
)
TWELVE = (*CITIES, MOHAN, KARIZUMI, HITORI, AWASE, TATOE, YUMEMI, TENARAI, NARAI)
"""All of them, the main one first; a town that opens fewer opens the first of these."""
