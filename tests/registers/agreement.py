"""Whether all registers of a made-up world tell the same of the same people: every disagreement in words, none when they agree."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from registers.koseki.entries import MARRIAGE, koseki_reference, takes_out
from registers.population import Population, World
from registers.register_dates import age_on, calendar_day
from registers.residents.households import is_present
from registers.residents.relations import HEAD

BIRTH_KEPT = date(2022, 1, 11)
CODE_KEPT = date(2024, 5, 27)
RANKS = ("長", "二", "三", "四", "五", "六", "七", "八", "九", "十")


def disagreements(world: World) -> list[str]:
    """What does not agree."""
    return [
        *_numbers(world),
        *_households(world),
        *_people_and_koseki(world),
        *_inside_koseki(world),
        *_marriages(world),
        *_fuhyo(world),
        *_links(world),
        *_moves(world),
        *_seals(world),
        *_taxes(world),
    ]


def present(municipality: Population):
    """Everybody who lives in the municipality."""
    return [resident for resident in municipality.residents if is_present(resident)]


def homes(municipality: Population):
    """世帯番号 -> household."""
    return {home.household_no: home for home in municipality.households}


def _homes_of(world: World):
    """The code of a municipality -> its households by number."""
    return {municipality.city.code: homes(municipality) for municipality in world.municipalities}


def books(world: World):
    """(本籍, 筆頭者) -> (municipality, 戸籍, 附票)."""
    return {
        (koseki.honseki, koseki.hittousha): (municipality, koseki, fuhyo)
        for municipality in world.municipalities
        for koseki, fuhyo in zip(municipality.koseki, municipality.fuhyo, strict=True)
    }


def _of_the_world(world: World, honseki: str) -> bool:
    return any(honseki.startswith(municipality.city.full_name) for municipality in world.municipalities)


def _numbers(world: World) -> Iterator[str]:
    codes = Counter(resident.juminhyo_code for _, resident in world.residents() if is_present(resident))
    yield from (f"{code} lives in two places" for code, count in codes.items() if count > 1)
    owners = defaultdict(set)
    for _, resident in world.residents():
        owners[resident.my_number].add(resident.juminhyo_code)
        owners[resident.juminhyo_code].add(resident.my_number)
    yield from (f"{number} is of two people" for number, of in owners.items() if len(of) > 1)
    for municipality in world.municipalities:
        every = [resident.atena_no for resident in municipality.residents]
        every += [koseki.koseki_no for koseki in municipality.koseki] + [
            member.person_no for koseki in municipality.koseki for member in koseki.members
        ]
        every += [seal.registration_no for seal in municipality.seals] + [home.household_no for home in municipality.households]
        yield from (f"{number} is given twice" for number, count in Counter(every).items() if count > 1)
    keys = Counter((koseki.honseki, koseki.hittousha) for municipality in world.municipalities for koseki in municipality.koseki)
    yield from (f"{key} are two 戸籍" for key, count in keys.items() if count > 1)


def _households(world: World) -> Iterator[str]:
    for municipality in world.municipalities:
        of = homes(municipality)
        for resident in municipality.residents:
            if (of[resident.household_no].member(resident.atena_no) == resident) != is_present(resident):
                yield f"{resident.atena_no} and the household differ"
        for home in municipality.households:
            if home.members and [member.relation for member in home.members].count(HEAD) != 1:
                yield f"{home.household_no} has not one head"
            if home.members and home.head_name != home.members[0].name:
                yield f"{home.household_no} names another head"


def _people_and_koseki(world: World) -> Iterator[str]:
    by_key = books(world)
    for municipality in world.municipalities:
        for resident in present(municipality):
            if resident.foreign is not None:
                continue
            assert resident.honseki is not None and resident.hittousha is not None
            found = by_key.get((resident.honseki, resident.hittousha))
            if found is None:
                if _of_the_world(world, resident.honseki):
                    yield f"{resident.atena_no}: no 戸籍 at {resident.honseki}"
                continue
            where, koseki, fuhyo = found
            if not resident.honseki.startswith(where.city.full_name) or koseki.standing != "current":
                yield f"{resident.atena_no}: the 戸籍 is kept elsewhere or closed"
            same = [person for person in fuhyo.people if person.juminhyo_code == resident.juminhyo_code]
            if len(same) != 1:
                yield f"{resident.atena_no}: {len(same)} in the 附票"
                continue
            member = koseki.member(same[0].person_no)
            assert member is not None
            if member.removed_on is not None or same[0].removed_on is not None:
                yield f"{resident.atena_no}: lives and is removed"
            if (member.birth, member.sex, f"{koseki.family_name}　{member.given_name}") != (resident.birth, resident.sex, resident.name):
                yield f"{resident.atena_no}: birth, sex or name differ"
            if member.protection != resident.protection:
                yield f"{resident.atena_no}: protection differs"
            surname_kana, given_kana = (koseki.family_name_kana, member.given_name_kana)
            kana = resident.name_kana.split("　") if resident.name_kana else (None, None)
            if (surname_kana and kana[0] and surname_kana != kana[0]) or (given_kana and given_kana != kana[1]):
                yield f"{resident.atena_no}: 振り仮名 differ"


def _inside_koseki(world: World) -> Iterator[str]:
    for municipality in world.municipalities:
        for koseki in municipality.koseki:
            if not koseki.honseki.startswith(municipality.city.full_name):
                yield f"{koseki.koseki_no}: 本籍 is elsewhere"
            living = [member for member in koseki.members if member.removed_on is None]
            if (koseki.standing == "current") != bool(living):
                yield f"{koseki.koseki_no}: {koseki.standing} with {len(living)} people"
            if len([member for member in living if member.spouse]) not in (0, 1, 2):
                yield f"{koseki.koseki_no}: three spouses"
            names = {f"{koseki.family_name}　{member.given_name}": member for member in koseki.members}
            for member in koseki.members:
                yield from (f"{koseki.koseki_no}/{member.person_no}: {problem}" for problem in _of_member(world, koseki, member, names))
            yield from _ranks(koseki)


def _of_member(world, koseki, member, names) -> Iterator[str]:
    if member.removed_on is not None:
        if not any(takes_out(entry) for entry in member.entries) or member.removed_on > world.today:
            yield "removed without a ground"
    elif any(takes_out(entry) for entry in member.entries):
        yield "stands there and has left"
    for entry in member.entries:
        if entry.recorded_on > world.today:
            yield f"{entry.title} of the future"
    days = [day for entry in member.entries if (day := calendar_day(entry.rows[0][1]))]
    if days != sorted(days):
        yield "entries are not in order"
    for parent, sex in ((member.father, "男"), (member.mother, "女")):
        if parent in names and (names[parent].sex != sex or (names[parent].birth >= member.birth and calendar_day(member.birth))):
            yield f"{parent} cannot be a parent"
    if (member.spouse is not None) and (member.spouse == "夫") != (member.sex == "男"):
        yield "wrong word for a spouse"


def _ranks(koseki) -> Iterator[str]:
    """父母との続柄 rises with birth among the children of the same parents; twins in any order."""
    siblings = defaultdict(list)
    for member in koseki.members:
        if member.adoptive_father is None and member.adoptive_mother is None:
            siblings[member.father, member.mother, member.sex].append(member)
        if member.relation[0] not in RANKS or member.relation[1:] != ("男" if member.sex == "男" else "女"):
            yield f"{koseki.koseki_no}: {member.relation}"
    for same in siblings.values():
        ranked = sorted(same, key=lambda member: RANKS.index(member.relation[0]))
        births = [day for member in ranked if (day := calendar_day(member.birth))]
        if births != sorted(births) or len({member.relation for member in same}) != len(same):
            yield f"{koseki.koseki_no}: 続柄 out of order"


def _marriages(world: World) -> Iterator[str]:
    """Living spouses are named by each other on the same day, and whoever married out is 除籍 in the parents' 戸籍 of the world."""
    by_key = books(world)
    cities = [municipality.city for municipality in world.municipalities]
    by_reference = {koseki_reference(*key): found for key, found in by_key.items()}
    for municipality in world.municipalities:
        for koseki in municipality.koseki:
            pair = [member for member in koseki.members if member.spouse is not None and member.removed_on is None]
            last = {member.person_no: [entry for entry in member.entries if entry.title == MARRIAGE][-1:] for member in pair}
            if any(not found for found in last.values()):
                yield f"{koseki.koseki_no}: a spouse without 婚姻"
                continue
            if len(pair) == 2:
                rows = [dict(last[member.person_no][0].rows) for member in pair]
                if rows[0]["婚姻日"] != rows[1]["婚姻日"]:
                    yield f"{koseki.koseki_no}: two days of one marriage"
                for one, other in ((0, 1), (1, 0)):
                    if not rows[one]["配偶者氏名"].endswith(f"　{pair[other].given_name}"):
                        yield f"{koseki.koseki_no}: the spouses do not name each other"
            for member in pair:
                rows_of = dict(last[member.person_no][0].rows)
                origin = by_reference.get(rows_of.get("従前戸籍", ""))
                married = date.fromisoformat(rows_of["婚姻日"])
                if origin is None and any(rows_of.get("従前戸籍", "").startswith(city.full_name) and married >= city.computerised for city in cities):
                    yield f"{koseki.koseki_no}: came from a 戸籍 that is not there"
                if origin is not None and origin[2].made_on <= married:
                    left = [one for one in origin[1].members if one.given_name == member.given_name and one.birth == member.birth]
                    if (
                        not left
                        or left[0].removed_on is None
                        or left[0].removed_on > married
                        or (left[0].father, left[0].mother) != (member.father, member.mother)
                    ):
                        yield f"{koseki.koseki_no}: {member.person_no} is not 除籍 in the parents' 戸籍"


def _fuhyo(world: World) -> Iterator[str]:
    of = _homes_of(world)
    living = {
        resident.juminhyo_code: (of[municipality.city.code][resident.household_no], resident)
        for municipality, resident in world.residents()
        if is_present(resident)
    }
    for municipality in world.municipalities:
        for koseki, fuhyo in zip(municipality.koseki, municipality.fuhyo, strict=True):
            if (koseki.koseki_no, koseki.honseki, koseki.hittousha, koseki.standing) != (
                fuhyo.koseki_no,
                fuhyo.honseki,
                fuhyo.hittousha,
                fuhyo.standing,
            ):
                yield f"{koseki.koseki_no}: the 附票 has another head"
            if [member.person_no for member in koseki.members] != [person.person_no for person in fuhyo.people]:
                yield f"{koseki.koseki_no}: the 附票 has other people"
            for person in fuhyo.people:
                member = koseki.member(person.person_no)
                assert member is not None
                yield from (f"{fuhyo.koseki_no}/{person.person_no}: {problem}" for problem in _of_listed(fuhyo, member, person, living))


def _of_listed(fuhyo, member, person, living) -> Iterator[str]:
    if (person.given_name, person.removed_on, person.atena_no, person.protection) != (
        member.given_name,
        member.removed_on,
        member.atena_no,
        member.protection,
    ):
        yield "differs from the 戸籍"
    removed = person.removed_on
    if (removed is not None and removed < BIRTH_KEPT) != (person.birth is None) or (person.birth is None) != (person.sex is None):
        yield "生年月日 and 性別 by the day of removal"
    if (removed is not None and removed < CODE_KEPT) != (person.juminhyo_code is None):
        yield "住民票コード by the day of removal"
    if person.birth is not None and person.birth != member.birth:
        yield "another birth"
    days = [day for address in person.addresses if (day := calendar_day(address.since))]
    if not person.addresses or days != sorted(set(days)):
        yield "addresses are not in order"
    if removed is not None and days and days[-1] > removed:
        yield "moved after the removal"
    if removed is None and person.juminhyo_code in living:
        home, resident = living[person.juminhyo_code]
        if (person.addresses[-1].address, person.addresses[-1].since) != (home.address, resident.address_since):
            yield "the last address is not the household's"
        if len(person.addresses) > 1 and person.addresses[-2].address != resident.previous_address:
            yield "the address before is not 転入前住所"
        moved = calendar_day(resident.address_since)
        if (
            len(person.addresses) == 1
            and resident.previous_address is not None
            and moved is not None
            and moved > fuhyo.made_on
            and moved > _joined(member)
        ):
            yield "the address before is missing"


def _joined(member) -> date:
    """The day from which somebody stands in a 戸籍, as far as their entries tell: a marriage that brought them from elsewhere, an adoption, a birth."""
    came = [date.fromisoformat(entry.rows[0][1]) for entry in member.entries if dict(entry.rows).get("従前戸籍")]
    return came[-1] if came else (calendar_day(member.birth) or date.min)


def _links(world: World) -> Iterator[str]:
    for municipality in world.municipalities:
        here = {resident.juminhyo_code: resident.atena_no for resident in present(municipality)}
        for fuhyo in municipality.fuhyo:
            for person in fuhyo.people:
                expected = here.get(person.juminhyo_code or "") if person.removed_on is None else None
                if person.atena_no != expected:
                    yield f"{fuhyo.koseki_no}/{person.person_no}: linked to {person.atena_no}, lives as {expected}"


def _moves(world: World) -> Iterator[str]:
    """Who came from a municipality of the world stands there as 転出 of that day, at that address; and who left for one lives there."""
    of = _homes_of(world)
    gone = {
        (resident.juminhyo_code, of[municipality.city.code][resident.household_no].address): resident
        for municipality, resident in world.residents()
        if resident.standing == "left"
    }
    for _, resident in world.residents():
        before = resident.previous_address
        if is_present(resident) and before is not None and _of_the_world(world, before):
            left = gone.get((resident.juminhyo_code, before))
            if (
                left is None
                or left.standing_since is None
                or left.standing_since.isoformat() != resident.address_since
                or left.my_number != resident.my_number
            ):
                yield f"{resident.atena_no}: nobody left {before} on that day"


def _seals(world: World) -> Iterator[str]:
    for municipality in world.municipalities:
        people = {resident.atena_no: resident for resident in municipality.residents}
        in_force = Counter(seal.atena_no for seal in municipality.seals if seal.cancelled_at is None)
        yield from (f"{number} has two seals" for number, count in in_force.items() if count > 1)
        for seal in municipality.seals:
            resident = people[seal.atena_no]
            if (seal.cancelled_at is None) != (seal.cancelled_for is None):
                yield f"{seal.registration_no}: an end without a reason"
            if seal.cancelled_at is None and (not is_present(resident) or (age_on(resident.birth, seal.registered_on) or 15) < 15):
                yield f"{seal.registration_no} is in force for {resident.standing}"
            if seal.cancelled_at is None and seal.carved not in "　".join(filter(None, (resident.name, resident.alias, resident.former_name))):
                yield f"{seal.registration_no} reads another name"
            if seal.cancelled_at is not None and (seal.cancelled_at.date() < seal.registered_on or seal.cancelled_at.date() > world.today):
                yield f"{seal.registration_no} ended before it began, or in the future"
            if resident.standing == "left" and (seal.cancelled_for, seal.cancelled_at and seal.cancelled_at.date()) == ("moved_out", None):
                yield f"{seal.registration_no} ended without a day"


def _taxes(world: World) -> Iterator[str]:
    taxed, of = Counter(), _homes_of(world)
    for municipality in world.municipalities:
        people = {resident.atena_no: resident for resident in municipality.residents}
        outside = {one.atena_no: one.resident for one in municipality.outside}
        yield from (f"{number}: taxed from outside and a resident" for number in outside.keys() & people.keys())
        taxed.update(((people | outside)[record.atena_no].juminhyo_code, record.year) for record in municipality.tax)
        seen = Counter((record.atena_no, record.year) for record in municipality.tax)
        yield from (f"{key} has two records" for key, count in seen.items() if count > 1)
        by_key = {(record.atena_no, record.year): record for record in municipality.tax}
        for record in municipality.tax:
            if record.atena_no in outside:
                if not record.address.startswith(municipality.city.full_name):
                    yield f"{record.atena_no}: taxed here for having lived elsewhere"
                continue
            resident, new_year = people[record.atena_no], date(record.year, 1, 1)
            since = calendar_day(resident.address_since)
            if since is not None and since > new_year and resident.previous_address is not None:
                yield f"{record.atena_no}: came after January 1, {record.year}"
            if resident.standing in ("left", "dead", "removed") and (resident.standing_since or world.today) < new_year:
                yield f"{record.atena_no}: gone before January 1, {record.year}"
            if record.address != of[municipality.city.code][resident.household_no].address:
                yield f"{record.atena_no}: another address"
            if record.dependant_of is not None:
                claimant = by_key.get((record.dependant_of, record.year))
                if claimant is None or not claimant.declared or claimant.incomes.total_yen <= record.incomes.total_yen:
                    yield f"{record.atena_no}: claimed by nobody"
            levy = record.levy
            parts = levy.city_income + levy.city_per_capita + levy.prefecture_income + levy.prefecture_per_capita + levy.forest
            if levy.total_yen != parts or (not record.declared and (parts or record.incomes.total_yen)):
                yield f"{record.atena_no}: a levy that is not its sum"
            if record.decided_on > world.today:
                yield f"{record.atena_no}: decided in the future"
    yield from (f"{key} is taxed in two municipalities" for key, count in taxed.items() if count > 1)
