"""The people whom a demonstration or a test needs by name: one household for each situation in which a paper is given or refused.

The first household is a healthy family of four whose head may have everything. `notes` say who makes a holder; everything here is made before the ordinary households and in this order.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from registers.population import families, foreigners
from registers.population.city import City
from registers.population.long_history import long_history
from registers.population.making import Making
from registers.population.naming import Name
from registers.population.people import Household, Person
from registers.residents.resident import Protection, ProtectionLevel, Sex, Standing, Suppression

PENDING_SURNAMES = (Name("渡\U0002e7bd", "ワタナベ"), Name("齋\ue05d", "サイトウ"))
"""外字登録中: a character that neither of the project's fonts has, and one in a private code point."""


def family_of_the_first_holder(making: Making) -> Household:
    """A family of four, moved in from elsewhere, with a 旧氏: nothing is missing and nothing forbids anything."""
    surname = Name("𠮷野", "ヨシノ")
    father = _called(making, "男", 42, surname, Name("健一", "ケンイチ"))
    mother = _called(making, "女", 40, surname, Name("美咲", "ミサキ"), "妻")
    mother.former = Name("辻\U000e0100", "ツジ")
    father.undeclared, father.seal, mother.seal = False, "registered", "registered"
    son = _called(making, "男", 16, surname, Name("大翔", "ヒロト"), "子")
    daughter = _called(making, "女", 11, surname, Name("陽菜", "ヒナ"), "子")
    people = [father, mother, son, daughter]
    making.couple(father, mother, (f"{making.city.full_name}本町一丁目２番", making.city))
    for child in (son, daughter):
        making.child_of_spouses(child, father)
    return Household(
        people,
        moved_in=date(making.today.year - 6, 4, 1),
        previous_address="例示県ためし市栄町三丁目４番５号",
        address=f"{making.city.full_name}中央一丁目２番３号　みほんハイツ４０５号",
        notes={
            0: (True, "4人世帯の世帯主。すべての証明書が取れる。名前に𠮷"),
            2: (True, "16歳、世帯主の子"),
            3: (False, "15歳未満"),
        },
    )


def tsuji_couple(making: Making) -> Household:
    """A couple whose surname needs a variation sequence, with their 本籍 in another municipality; her seal was cancelled."""
    pair = [
        _called(making, "男", 58, Name("辻\U000e0100", "ツジ"), Name("浩", "ヒロシ")),
        _called(making, "女", 55, Name("辻\U000e0100", "ツジ"), Name("由美", "ユミ"), "妻"),
    ]
    making.couple(pair[0], pair[1], making.place(_another_city(making)))
    pair[1].seal = "cancelled"
    return Household(
        pair, notes={0: (True, "名前に異体字（辻󠄀、U+8FBB U+E0100）、本籍はほかの市区町村"), 1: (True, "印鑑登録が廃止されている（廃印）")}
    )


def six_members(making: Making) -> Household:
    """Three generations: two sheets of paper."""
    surname = Name("髙橋", "タカハシ")
    pair = [_called(making, "男", 45, surname, Name("直樹", "ナオキ")), _called(making, "女", 43, surname, Name("恵", "メグミ"), "妻")]
    young = [_called(making, "女", 17, surname, Name("七海", "ナナミ"), "子"), _called(making, "男", 13, surname, Name("蓮", "レン"), "子")]
    eldest = [_called(making, "男", 74, surname, Name("茂", "シゲル"), "父"), _called(making, "女", 71, surname, Name("節子", "セツコ"), "母")]
    place = (f"{making.city.full_name}大字上見本１２０番地", making.city)
    making.couple(pair[0], pair[1], place)
    families.originates(pair[0], making.couple(eldest[0], eldest[1], place))
    for child in young:
        making.child_of_spouses(child, pair[0])
    return Household(
        [*pair, *young, *eldest],
        native=True,
        notes={0: (True, "6人世帯：2枚になる"), 4: (True, "6人世帯の、世帯主の父。年金だけで非課税")},
    )


def permanent_resident(making: Making) -> Household:
    """A foreign resident with a 通称."""
    person = foreigners.permanent_with_alias(making)
    person.seal = "registered"
    return Household([person], flat=True, notes={0: (True, "通称のある外国人住民。印鑑は通称のもの")})


def namesake(making: Making) -> Household:
    """Made twice: two strangers of one name, one reading, one birthday and one sex."""
    person = _called(making, "女", 36, Name("佐藤", "サトウ"), Name("裕子", "ユウコ"))
    person.birth = date(making.today.year - 36, 1, 15)
    making.with_parents(person)
    return Household([person], flat=True, notes={0: (True, "別の世帯に同姓同名・同生年月日の他人がいる")})


def twins(making: Making) -> Household:
    """Parents and twins of one birthday: the 宛名番号 decides their order."""
    pair = families.married(making, 48)
    pair[1].birth = making.birth(47)
    surname = pair[0].surname
    young = [_called(making, "女", 19, surname, Name("美穂", "ミホ"), "子"), _called(making, "女", 19, surname, Name("美帆", "ミホ"), "子")]
    young[1].birth = young[0].birth
    for child in young:
        making.child_of_spouses(child, pair[0])
    young[1].undeclared = True
    return Household(
        [*pair, *young],
        notes={2: (True, "双子：誕生日も読みも同じ、字が違う"), 3: (True, "双子の妹。扶養されていて所得の申告がない：金額のない非課税証明")},
    )


def unmarried(making: Making) -> Household:
    """妻（未届）."""
    household = families.unmarried_couple(making)
    first, second = household.people
    _rename(first, Name("山﨑", "ヤマザキ"))
    second.undeclared = True
    return replace(household, notes={0: (True, "妻（未届）のいる世帯、姓が2つ"), 1: (True, "所得の申告がない（未申告）：課税証明は出ない")})


def lodger(making: Making) -> Household:
    """同居人 and 縁故者 in one household, whose head has a long 戸籍."""
    head = long_history(making)
    relative, other = making.person("女", 57, relation="縁故者"), making.person("男", 27, relation="同居人")
    making.with_parents(relative)
    making.with_parents(other)
    return Household([head, relative, other], notes={0: (True, "縁故者と同居人のいる世帯主。婚姻・離婚・養子縁組の多い戸籍（3枚）")})


def protected_family(making: Making) -> Household:
    """A mother under 支援措置 with a child protected together with her, both still in the 戸籍 of the husband, who lives in another municipality."""
    husband, mother = making.person("男", 37), making.person("女", 34)
    mother.surname = husband.surname
    making.couple(husband, mother, making.place(making.city))
    child = _called(making, "男", 7, mother.surname, Name("湊", "ミナト"), "子")
    making.child_of_spouses(child, husband)
    mother.protection, child.protection = _protection(making, "support"), _protection(making, "co_protected")
    away = Household([husband], flat=True, notes={0: (True, f"同じ戸籍に支援措置を受けている人がいる（本籍は{making.city.name}）")})
    return Household(
        [mother, child],
        flat=True,
        moved_in=making.today - timedelta(days=150),
        relatives=[(_another_city(making), away)],
        notes={0: (False, "支援措置を受けている。戸籍はほかの市に住む夫と同じ")},
    )


def father_of_protected(making: Making) -> Household:
    """A widower whose grown-up daughter, in his 戸籍, lives in another municipality under 支援措置: his 住民票 is his, the 戸籍 is nobody's."""
    father = making.person("男", 66)
    making.widowed(father, making.place(making.city))
    daughter = making.person("女", 31, father.surname)
    making.child_of_spouses(daughter, father)
    daughter.protection = _protection(making, "support")
    away = Household([daughter], flat=True, notes={0: (False, "支援措置を受けている")})
    return Household([father], relatives=[(_another_city(making), away)], notes={0: (True, "戸籍に支援措置を受けている人がいる：戸籍と附票は出ない")})


def pending_koseki(making: Making) -> Household:
    """Somebody whose 戸籍 has a notification that is not entered yet."""
    person = making.person("女", 29)
    making.with_parents(person, place=making.place(making.city)).pending = True
    return Household([person], flat=True, notes={0: (True, "戸籍の届出が処理中：戸籍と附票は出ない")})


def relative_of_protected(making: Making) -> Household:
    """A couple and a grown-up daughter under 支援措置: no paper of this household may list her, whoever asks."""
    pair = families.married(making, 55)
    pair[1].birth = making.birth(53)
    daughter = making.person("女", 26, pair[0].surname, "子")
    making.child_of_spouses(daughter, pair[0])
    daughter.protection = _protection(making, "support")
    return Household([*pair, daughter], notes={0: (False, "世帯のほかの人が支援措置を受けている")})


def provisional(making: Making) -> Household:
    """仮支援措置."""
    household = families.alone(making)
    household.people[0].protection = Protection("provisional", making.today - timedelta(days=12), None)
    return replace(household, notes={0: (False, "仮支援措置を受けている")})


def one_leaving(making: Making) -> Household:
    """One of two has filed a 転出届."""
    pair = families.married(making, 33)
    _goes(making, pair[1], "leaving", 12)
    return Household(pair, flat=True, notes={0: (False, "世帯のほかの人が転出届を出した"), 1: (False, "転出届を出した（転出予定）")})


def moved_out(making: Making) -> Household:
    """A whole household that has gone to another municipality of the world."""
    pair = families.married(making, 30)
    for person in pair:
        person.seal = "registered"
        _goes(making, person, "left", -40)
    return Household(pair, flat=True, goes_to=_another_city(making), notes={0: (False, "転出した")})


def widow(making: Making) -> Household:
    """A widow, head since her husband's death; his entry is a 除票."""
    wife = making.person("女", 81)
    making.widowed(wife)
    assert wife.family is not None
    husband = wife.family.head
    husband.relation = "夫"
    _goes(making, husband, "dead", -100)
    return Household([wife, husband], native=True, notes={0: (True, "配偶者を亡くした：亡くなった人は載らない"), 1: (False, "死亡")})


def stopped(making: Making) -> Household:
    """抑止 of one person."""
    household = families.alone(making)
    household.people[0].suppressions = (Suppression(making.today - timedelta(days=30), None, False, "本人の申出"),)
    return replace(household, notes={0: (False, "職員が交付を止めている（抑止）")})


def stopped_household(making: Making) -> Household:
    """抑止 of a household whose last day has passed: it is in force all the same."""
    pair = families.married(making, 50)
    stop = Suppression(making.today - timedelta(days=200), making.today - timedelta(days=17), True, "世帯状況の確認中")
    for person in pair:
        person.suppressions = (stop,)
    return Household(pair, notes={0: (False, "世帯の交付を止めている（期限は過ぎたが解除されていない）")})


def pending_character(making: Making) -> Household:
    """外字登録中, by a character that the fonts do not have."""
    household = families.alone(making)
    _rename(household.people[0], PENDING_SURNAMES[0])
    household.people[0].character_pending = True
    return replace(household, notes={0: (False, "名前の文字が外字登録中")})


def uncertain_birth(making: Making) -> Household:
    """Somebody whose birth date nobody knows."""
    person = _called(making, "女", 95, Name("中村", "ナカムラ"), Name("キヨ", "キヨ"))
    person.birth_text = "昭和５年　月日不詳"
    making.widowed(person)
    return Household([person], native=False, notes={0: (False, "生年月日が不詳")})


CAST: tuple[Callable[[Making], Household], ...] = (
    family_of_the_first_holder,
    tsuji_couple,
    six_members,
    permanent_resident,
    namesake,
    namesake,
    twins,
    unmarried,
    lodger,
    widow,
    protected_family,
    relative_of_protected,
    provisional,
    one_leaving,
    moved_out,
    stopped,
    stopped_household,
    pending_character,
    uncertain_birth,
    father_of_protected,
    pending_koseki,
)


def _called(making: Making, sex: Sex, age: int, surname: Name, given: Name, relation: str = "世帯主") -> Person:
    return Person(sex, making.birth(age), surname, given, relation)


def _rename(person: Person, surname: Name) -> None:
    """Another 氏 for the person and the whole 戸籍."""
    assert person.family is not None
    person.family.rename(person.surname.written, surname)


def _another_city(making: Making) -> City:
    """Another municipality of the world, where it has one."""
    return next((city for city in making.cities if city != making.city), making.city)


def _protection(making: Making, level: ProtectionLevel) -> Protection:
    """In force for a year from some months ago (支援措置 lasts a year and is renewed, domain facts 3)."""
    since = making.today - timedelta(days=120)
    return Protection(level, since, since + timedelta(days=364))


def _goes(making: Making, person: Person, standing: Standing, days: int) -> None:
    person.standing, person.standing_since = standing, making.today + timedelta(days=days)
