"""Foreign residents and mixed families: nationality, 30条45 category, status, period, card number, 通称.

Each status comes with a period that exists for it and a last day within that period; 永住者 and 特別永住者 have none.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from registers.population.making import Making
from registers.population.naming import Name
from registers.population.people import Household, Person
from registers.residents.resident import ForeignStatus, Sex

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXY"


class _Country(NamedTuple):
    weight: int
    name: str
    surnames: tuple[tuple[str, str], ...]
    men: tuple[tuple[str, str], ...]
    women: tuple[tuple[str, str], ...]


_COUNTRIES: tuple[_Country, ...] = (
    _Country(
        25,
        "ベトナム",
        (("NGUYEN", "グエン"), ("TRAN", "チャン"), ("LE", "レ"), ("PHAM", "ファム")),
        (("VAN HUNG", "ヴァン　フン"), ("MINH DUC", "ミン　ドゥック"), ("QUOC BAO", "クオック　バオ")),
        (("THI HOA", "ティ　ホア"), ("THI LAN ANH", "ティ　ラン　アイン"), ("NGOC MAI", "ゴック　マイ")),
    ),
    _Country(
        24,
        "中国",
        (("WANG", "ワン"), ("LI", "リ"), ("ZHANG", "チャン"), ("CHEN", "チェン")),
        (("WEI", "ウェイ"), ("JUN", "ジュン"), ("HAORAN", "ハオラン")),
        (("FANG", "ファン"), ("XIULAN", "シウラン"), ("YUTONG", "ユートン")),
    ),
    _Country(
        14,
        "韓国",
        (("KIM", "キム"), ("LEE", "イ"), ("PARK", "パク"), ("CHOI", "チェ")),
        (("MINJUN", "ミンジュン"), ("SEOJUN", "ソジュン")),
        (("SEOYEON", "ソヨン"), ("JIWOO", "ジウ")),
    ),
    _Country(
        12,
        "フィリピン",
        (("SANTOS", "サントス"), ("REYES", "レイエス"), ("DELA CRUZ", "デラ　クルス")),
        (("JOSE MARIA", "ホセ　マリア"), ("MARK ANTHONY", "マーク　アンソニー")),
        (("MARIA LUISA", "マリア　ルイサ"), ("ANGELICA", "アンジェリカ")),
    ),
    _Country(
        9,
        "ブラジル",
        (("SILVA", "シルバ"), ("SOUZA TANAKA", "ソウザ　タナカ"), ("OLIVEIRA", "オリベイラ")),
        (("LUCAS", "ルカス"), ("PEDRO HENRIQUE", "ペドロ　エンリケ")),
        (("ANA CLARA", "アナ　クララ"), ("BEATRIZ", "ベアトリス")),
    ),
    _Country(
        8,
        "ネパール",
        (("GURUNG", "グルン"), ("SHRESTHA", "シュレスタ"), ("THAPA", "タパ")),
        (("BISHNU", "ビシュヌ"), ("RAJESH", "ラジェシュ")),
        (("SITA", "シタ"), ("ANJALI", "アンジャリ")),
    ),
    _Country(
        5,
        "米国",
        (("SMITH", "スミス"), ("JOHNSON", "ジョンソン")),
        (("MICHAEL JAMES", "マイケル　ジェームズ"),),
        (("EMILY ROSE", "エミリー　ローズ"),),
    ),
    _Country(3, "台湾", (("LIN", "リン"), ("HUANG", "ホアン")), (("CHIA HAO", "チアハオ"),), (("YA TING", "ヤーティン"),)),
)
_KOREA = 2


class _Stay(NamedTuple):
    """A 在留資格: how often it is drawn, its period with its months (0: none), how long people stay on it at most, and of which ages they are."""

    weight: int
    status: str
    period: str | None
    months: int
    years_here_max: int
    ages: tuple[int, int]


_STAYS: tuple[_Stay, ...] = (
    _Stay(27, "永住者", None, 0, 25, (32, 70)),
    _Stay(18, "技術・人文知識・国際業務", "3年", 36, 12, (23, 45)),
    _Stay(14, "技能実習２号ロ", "1年", 12, 3, (19, 35)),
    _Stay(12, "特定技能１号", "1年", 12, 5, (20, 40)),
    _Stay(12, "留学", "2年3月", 27, 4, (18, 29)),
    _Stay(8, "定住者", "5年", 60, 20, (20, 65)),
    _Stay(5, "技能", "5年", 60, 15, (25, 55)),
)
_WORKER = _STAYS[1]
_SPOUSE_OF_JAPANESE = _Stay(1, "日本人の配偶者等", "5年", 60, 20, (24, 60))
_DEPENDENT = _Stay(1, "家族滞在", "3年", 36, 12, (0, 48))


def foreign_alone(making: Making) -> Household:
    """One foreign person."""
    country = _country(making)
    stay = making.chance.choices(_STAYS, weights=[stay.weight for stay in _STAYS])[0]
    return Household(
        [foreigner(making, country, making.sex(), making.chance.randint(*stay.ages), stay)], flat=True, years_here_max=stay.years_here_max
    )


def foreign_family(making: Making) -> Household:
    """A couple of one nationality, some with a child."""
    chance, country = making.chance, _country(making)
    head = foreigner(making, country, "男", chance.randint(28, 48), _WORKER)
    spouse = foreigner(making, country, "女", max(24, making.age(head) - chance.randint(0, 5)), _DEPENDENT, relation="妻")
    people = [head, spouse]
    if chance.random() < 0.6:
        child = foreigner(making, country, making.sex(), chance.randint(0, min(12, making.age(spouse) - 20)), _DEPENDENT, relation="子")
        child.surname = head.surname
        people.append(child)
    return Household(people, flat=True, years_here_max=_WORKER.years_here_max)


def mixed_family(making: Making) -> Household:
    """A Japanese head with a foreign spouse and Japanese children, all but the spouse in one 戸籍."""
    chance = making.chance
    head = making.person("男" if chance.random() < 0.7 else "女", chance.randint(28, 55))
    woman = head.sex == "男"
    spouse = foreigner(
        making,
        _country(making),
        "女" if woman else "男",
        max(24, making.age(head) - chance.randint(0, 8)),
        _SPOUSE_OF_JAPANESE,
        relation="妻" if woman else "夫",
    )
    people = [head, spouse]
    making.couple(head, spouse)
    if chance.random() < 0.6:
        child = making.person(making.sex(), chance.randint(0, min(17, making.age(spouse) - 22, making.age(head) - 22)), head.surname, "子")
        making.child_of_spouses(child, head)
        people.append(child)
    return Household(people, flat=chance.random() < 0.5)


def special_permanent(making: Making) -> Household:
    """特別永住者, nearly always with a 通称."""
    person = foreigner(making, _COUNTRIES[_KOREA], making.sex(), making.chance.randint(25, 85), None)
    person.alias = _alias(making, person)
    return Household([person])


def foreigner(making: Making, country: _Country, sex: Sex, age: int, stay: _Stay | None, relation: str = "世帯主") -> Person:
    """One foreign person; `stay` None makes a 特別永住者."""
    chance = making.chance
    surname = Name(*chance.choice(country.surnames))
    given = Name(*chance.choice(country.men if sex == "男" else country.women))
    person = Person(sex, making.birth(age), surname, given, relation, foreign=_status(making, country.name, stay), kana_known=chance.random() < 0.6)
    if chance.random() < 0.2:
        person.alias = _alias(making, person)
    return person


def permanent_with_alias(making: Making) -> Person:
    """A 永住者 with a 通称, for the cast."""
    person = foreigner(making, _COUNTRIES[3], "女", 44, _STAYS[0])
    person.alias, person.kana_known = Name("山﨑　マリア", "ヤマザキ　マリア"), True
    return person


def _status(making: Making, nationality: str, stay: _Stay | None) -> ForeignStatus:
    card = _card_number(making)
    if stay is None:
        return ForeignStatus(nationality, "特別永住者", None, None, None, card)
    if not stay.months:
        return ForeignStatus(nationality, "中長期在留者", stay.status, None, None, card)
    expires = making.today + timedelta(days=making.chance.randint(20, stay.months * 30))
    return ForeignStatus(nationality, "中長期在留者", stay.status, stay.period, expires, card)


def _card_number(making: Making) -> str:
    chance = making.chance
    letters = [chance.choice(_LETTERS) for _ in range(4)]
    return f"{letters[0]}{letters[1]}{chance.randrange(10**8):08d}{letters[2]}{letters[3]}"


def _alias(making: Making, person: Person) -> Name:
    """A 通称: a Japanese surname with a Japanese given name."""
    surname, given = making.names.surname(making.chance), making.names.given(making.chance, person.sex, person.birth.year)
    return Name(f"{surname.written}　{given.written}", f"{surname.kana}　{given.kana}")


def _country(making: Making) -> _Country:
    return making.chance.choices(_COUNTRIES, weights=[country.weight for country in _COUNTRIES])[0]


KINDS: tuple[tuple[Callable[[Making], Household], float], ...] = (
    (foreign_alone, 3.6),
    (foreign_family, 0.8),
    (mixed_family, 0.9),
    (special_permanent, 0.5),
)
"""Kinds of household with foreign people and their weights."""
