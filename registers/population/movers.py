"""People with a story between two municipalities: who moved after January 1, and what that means for a tax paper; whose 本籍 lies elsewhere.

Each story is one household, made in the municipality where its people live now. The note says who they are, to whoever tries the demonstration. None is younger than 15: they have cards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from registers.population import city as places
from registers.population.city import CITIES, MIHON, REIJI, City
from registers.population.making import Making
from registers.population.naming import Name
from registers.population.people import Behind, Household, Stay
from registers.population.twelve import AWASE, HITORI, KARIZUMI, MOHAN, TATOE, TENARAI, YUMEMI
from registers.residents.resident import Protection, Resident, Sex

KOKOROMI, SHISAKU = CITIES[2], CITIES[3]

NEW_YEAR_IS_OUT = (6, 15)
"""By then every municipality of the demonstration has opened the new fiscal year."""

Who = tuple[Sex, int, str, str]
"""Sex, age, surname and given name, each as 「漢字,カナ」."""
UseStanding = Literal["accepted", "received", "returned", "renewed"]
"""How far somebody's 本籍地利用登録 has come; `renewed`: accepted for a certificate that another one has replaced since."""
_NOTHING = Behind()


@dataclass(frozen=True, slots=True)
class Story:
    """One person who lives in `city` now, came from `origin` if that is of the world, and has the 本籍 in `honseki` if the story is about that; `use` is then how far the 利用登録 there is.
    `code_changed`: has another 住民票コード since the move; `taxed_in`: the municipality that taxes somebody who is no resident of it (住登外課税).
    """

    city: City
    make: Callable[[Making], Household]
    origin: City | None = None
    honseki: City | None = None
    name: str = ""
    use: UseStanding | None = None
    code_changed: bool = False
    taxed_in: City | None = None

    def fits(self, cities: Sequence[City]) -> bool:
        """Whether a world of these municipalities has all whom the story needs."""
        return all(city is None or city in cities for city in (self.city, self.origin, self.honseki, self.taxed_in))


def latest_year(today: date) -> int:
    """The latest fiscal year of which everybody has figures."""
    return today.year if (today.month, today.day) >= NEW_YEAR_IS_OUT else today.year - 1


def told_in(making: Making, stories: Sequence[Story]) -> list[Household]:
    """The stories of this municipality for which the world has everybody."""
    return [story.make(making) for story in stories if story.city == making.city and story.fits(making.cities)]


def with_changed_codes(city: City, residents: Sequence[Resident], today: date) -> tuple[Resident, ...]:
    """The residents of this municipality; of those whose story says that their 住民票コード was changed since they came, with the day on which it was."""
    changed = {story.name for story in STORIES if story.city == city and story.code_changed}
    on = date(latest_year(today), 5, 11)
    return tuple(replace(one, juminhyo_code_since=on) if one.name in changed and one.standing == "current" else one for one in residents)


def lines_in(city: City, cities: Sequence[City], stories: Sequence[Story]) -> int:
    """How many lines of this municipality's resident register the stories take: those of people who came and of people who went."""
    return sum((story.city == city) + (story.origin == city) for story in stories if story.fits(cities))


def _moved(city: City, origin: City, who: Who, note: str, behind: Behind = _NOTHING, address: str | None = None) -> Story:
    """Somebody alone who came from `origin` in the spring after January 1 of the latest fiscal year, and has lived there for ten years."""

    def make(making: Making) -> Household:
        household = _one(making, who, note)
        moved_in = date(latest_year(making.today), 4, 2)
        return replace(
            household,
            moved_in=moved_in,
            came_from=origin,
            previous_address=address or places.address(making.moves, origin, flat=True),
            lived_before_since=moved_in - timedelta(days=3650),
            behind=replace(behind, protection=_in_force(making)) if behind.protection is not None else behind,
        )

    return Story(city, make, origin=origin, name=_full_name(who), code_changed=behind.code_changed)


def _from_abroad(making: Making) -> Household:
    """Japanese, back from years abroad since the spring: on January 1 nobody's resident here."""
    household = _one(making, ("女", 39, "海野,ウミノ", "渚,ナギサ"), "今年1月1日は国外にいた：最新年度の課税証明書はどこにもない")
    return replace(household, moved_in=date(latest_year(making.today), 3, 10), previous_address="シンガポール共和国")


def _honseki_in(city: City, place: City, who: Who, note: str, use: UseStanding) -> Story:
    """Somebody who has lived here for long, with the 本籍 in another municipality, alone in a 戸籍 with dead or distant parents."""

    def make(making: Making) -> Household:
        household = _one(making, who, note, place)
        return replace(household, moved_in=making.today - timedelta(days=12 * 365), previous_address=places.address_elsewhere(making.moves))

    return Story(city, make, honseki=place, name=_full_name(who), use=use)


def _taxed_in(city: City, place: City, who: Who, note: str) -> Story:
    """Somebody who stands in the resident register here and truly lives in another municipality since last autumn, which therefore taxes them."""

    def make(making: Making) -> Household:
        household = _one(making, who, note)
        household.people[0].outside = Stay(
            places.address(making.moves, place, flat=True), date(latest_year(making.today) - 1, 10, 1).isoformat(), place.code
        )
        return replace(household, moved_in=making.today - timedelta(days=8 * 365), previous_address=places.address_elsewhere(making.moves))

    return Story(city, make, name=_full_name(who), taxed_in=place)


def _settled(city: City, who: Who, note: str) -> Story:
    """Somebody who has lived here for long."""

    def make(making: Making) -> Household:
        return replace(
            _one(making, who, note), moved_in=making.today - timedelta(days=15 * 365), previous_address=places.address_elsewhere(making.moves)
        )

    return Story(city, make, name=_full_name(who))


def _one(making: Making, who: Who, note: str, place: City | None = None) -> Household:
    sex, age, surname, given = who
    person = making.person(sex, age, _name(surname))
    person.given, person.kana_known = _name(given), True
    person.undeclared, person.seal = False, "registered"
    making.with_parents(person, place=making.place(place) if place is not None else None)
    told = note if latest_year(making.today) == making.today.year else note.replace("今年", "昨年")
    return Household([person], flat=True, notes={0: (True, told)})


def _full_name(who: Who) -> str:
    return f"{_name(who[2]).written}　{_name(who[3]).written}"


def _name(text: str) -> Name:
    written, kana = text.split(",")
    return Name(written, kana)


def _in_force(making: Making) -> Protection:
    since = making.today - timedelta(days=90)
    return Protection("support", since, since + timedelta(days=364))


_PROTECTED = Behind(protection=Protection("support", date.min, None))

STORIES: tuple[Story, ...] = (
    _moved(MIHON, REIJI, ("男", 34, "川上,カワカミ", "翔,ショウ"), "今年4月にれいじ市から転入：最新年度の課税証明書はれいじ市（広域交付）"),
    _moved(MIHON, KOKOROMI, ("女", 29, "林,ハヤシ", "さくら,サクラ"), "今年4月にこころみ町から転入：最新年度の課税証明書はこころみ町（広域交付）"),
    _moved(KOKOROMI, MIHON, ("男", 41, "大野,オオノ", "隆,タカシ"), "今年4月にみほん市から転入：最新年度の課税証明書はみほん市（広域交付）"),
    _moved(SHISAKU, KOKOROMI, ("女", 52, "原,ハラ", "久美子,クミコ"), "今年4月にこころみ町から転入：最新年度の課税証明書はこころみ町（広域交付）"),
    _moved(REIJI, MIHON, ("女", 33, "森,モリ", "千春,チハル"), "今年4月にみほん市から転入。みほん市では今も支援措置：広域交付は出ない", _PROTECTED),
    _moved(
        MIHON,
        REIJI,
        ("男", 46, "西村,ニシムラ", "学,マナブ"),
        "今年4月にれいじ市から転入し、その後に住民票コードを変更：広域交付は断られる",
        Behind(code_changed=True),
    ),
    Story(MIHON, _from_abroad, name="海野　渚"),
    _moved(
        MIHON,
        HITORI,
        ("男", 58, "山口,ヤマグチ", "誠,マコト"),
        "今年4月にひとり市（広域交付に未参加）から転入：最新年度の課税証明書はひとり市に郵便で",
    ),
    _moved(MOHAN, KARIZUMI, ("女", 44, "池田,イケダ", "亜希,アキ"), "今年4月にかりずみ市から転入：最新年度の課税証明書はかりずみ市（広域交付）"),
    _moved(YUMEMI, MOHAN, ("男", 37, "橋本,ハシモト", "大輔,ダイスケ"), "今年4月にもはん市の区から転入：最新年度の課税証明書はもはん市（広域交付）"),
    _moved(
        TENARAI,
        AWASE,
        ("女", 63, "石川,イシカワ", "和子,カズコ"),
        "今年4月に旧もと町（いまはあわせ市）から転入：最新年度の課税証明書はあわせ市（広域交付）",
        address=f"{AWASE.full_name}もと町１２番地",
    ),
    _honseki_in(MIHON, REIJI, ("男", 55, "前田,マエダ", "修,オサム"), "本籍はれいじ市、利用登録が済んでいる：れいじ市の戸籍が取れる", "accepted"),
    _honseki_in(MIHON, KOKOROMI, ("女", 48, "藤田,フジタ", "直美,ナオミ"), "本籍はこころみ町、利用登録を申請中", "received"),
    _honseki_in(REIJI, MIHON, ("男", 31, "岡田,オカダ", "亮,リョウ"), "本籍はみほん市、利用登録の申請が返された", "returned"),
    _honseki_in(
        MIHON,
        REIJI,
        ("女", 67, "長谷川,ハセガワ", "節子,セツコ"),
        "本籍はれいじ市、利用登録のあとにカードの電子証明書を更新：登録のやり直しが要る",
        "renewed",
    ),
    _taxed_in(
        MIHON,
        KOKOROMI,
        ("男", 50, "三浦,ミウラ", "剛,ツヨシ"),
        "住民票はみほん市、今年1月1日に実際に住んでいたのはこころみ町：最新年度はこころみ町が課税（住登外課税）、課税証明書は広域交付で",
    ),
    _settled(
        TATOE, ("女", 45, "村上,ムラカミ", "恵子,ケイコ"), "最新年度の課税証明書は、たとえ町の税務課が承認するまで出ない（職員画面で承認できる）"
    ),
)
"""In the order in which they are made."""
