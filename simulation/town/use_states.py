"""Brings the demonstration's people with their 本籍 elsewhere to where their stories stand: an application at the 本籍地, decided or not, by the same steps as the clerks' page."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from issuer.uses import Received, accept, give_back, receive
from messages.ids import time_ordered_id
from messages.uses import UseApplication
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.population import STORIES, City, Population, World
from registers.population.movers import UseStanding
from simulation.people import CardMade

APPLIED_BEFORE, DECIDED_AFTER = timedelta(days=9), timedelta(days=6)
WAITING_SINCE = timedelta(days=2)
PHONE = "09000000000"

READINGS: Mapping[str, str] = {
    "中央": "ちゅうおう", "本町": "ほんちょう", "栄町": "さかえちょう", "桜ケ丘": "さくらがおか", "青葉台": "あおばだい", "緑町": "みどりちょう", "港町": "みなとちょう",
    "旭町": "あさひちょう", "寿町": "ことぶきちょう", "大字上見本": "かみみほん", "大字下見本": "しもみほん", "大字原新田": "はらしんでん", "元町": "もとまち",
    "駅前": "えきまえ", "若葉": "わかば", "東町": "ひがしまち", "川原町": "かわらまち", "南町": "みなみまち", "大字例示": "れいじ", "大字試": "こころみ",
    "大字中試": "なかこころみ", "大字奥試": "おくこころみ",
}  # fmt: skip
"""How the towns are read in which the stories' people have their 本籍: a kiosk's keyboard has no kanji."""


class NoStory(Exception):
    """Somebody whom a story is about is not in the registers; `str()` names the story's municipality."""


@dataclass(frozen=True, slots=True)
class UseCase:
    """Somebody's 利用登録 at the municipality `at`: what they type, the person of the 戸籍 they are, and how far it has come.

    `serial` is that of the certificate that was applied with, `card` that of the certificate on their card now. `typed`: 本籍, 筆頭者, 氏名, 生年月日, as a kiosk's keyboard has them.
    """

    at: str
    serial: str
    card: str
    typed: tuple[str, str, str, str]
    person_no: str
    standing: UseStanding


def use_cases(world: World, cards: Mapping[str, Sequence[CardMade]], token: Callable[[int], bytes]) -> tuple[UseCase, ...]:
    """Of all stories that happen in this world and town. Raises `NoStory`."""
    return tuple(_use_cases(world, cards, token))


def _use_cases(world: World, cards: Mapping[str, Sequence[CardMade]], token: Callable[[int], bytes]) -> Iterator[UseCase]:
    for story in STORIES:
        if story.use is None or story.honseki is None or not {story.city.code, story.honseki.code} <= cards.keys():
            continue
        card = next((card for card in cards[story.city.code] if card.resident.name == story.name and card.note), None)
        found = None if card is None else _in_koseki(world.of(story.honseki.code), card.resident.name, card.resident.birth)
        if card is None or found is None:
            raise NoStory(story.city.code)
        koseki, person = found
        head = next((one for one in koseki.members if f"{koseki.family_name}　{one.given_name}" == koseki.hittousha), person)
        name = card.resident.name_kana or ""
        typed = (honseki_typed(koseki.honseki, story.honseki), _kana(koseki, head) or name, name, card.resident.birth)
        # Who renewed the certificate had another one when the application was made.
        serial = card.serial if story.use != "renewed" else f"{(int.from_bytes(token(16), 'big') >> 1) | 1 << 126:x}"
        yield UseCase(story.honseki.code, serial, card.serial, typed, person.person_no, story.use)


def enter_uses(connection: Connection, cases: Sequence[UseCase], clerk: str, now: datetime, token: Callable[[int], bytes]) -> None:
    """One step: these applications received, and those decided that are, by the clerk of that name."""
    for case in cases:
        waiting = case.standing == "received"
        applied_at = now - (WAITING_SINCE if waiting else APPLIED_BEFORE)
        application = _application(case, applied_at, token)
        taken = receive(connection, case.serial, application, applied_at)
        if not isinstance(taken, Received):
            raise NoStory(f"{case.at}: {taken}")
        decided_at = applied_at + DECIDED_AFTER
        if case.standing in ("accepted", "renewed"):
            accept(connection, application.application_id, case.person_no, clerk, decided_at)
        elif case.standing == "returned":
            give_back(connection, application.application_id, "name_differs", "氏名の振り仮名が戸籍と一致しない（見本）", clerk, decided_at)


def honseki_typed(honseki: str, city: City) -> str:
    """A 本籍 as it is typed at a kiosk: without the municipality, the town in hiragana, numbers in figures."""
    text = unicodedata.normalize("NFKC", honseki.removeprefix(city.full_name))
    town = next((town for town in sorted(READINGS, key=len, reverse=True) if text.startswith(town)), "")
    numbered = re.sub("[一二三四](?=丁目)", lambda found: str("〇一二三四".index(found.group())), text.removeprefix(town))
    return READINGS.get(town, "") + numbered


def _application(case: UseCase, applied_at: datetime, token: Callable[[int], bytes]) -> UseApplication:
    honseki, hittousha, name, birth = case.typed
    return UseApplication(
        application_id=time_ordered_id(applied_at, token),
        visit_id=time_ordered_id(applied_at, token),
        kiosk_id="-",
        municipality=case.at,
        honseki=honseki,
        hittousha=hittousha,
        name=name,
        birth=birth,
        phone=PHONE,
        applied_at=applied_at,
    )


def _in_koseki(population: Population, name: str, birth: str) -> tuple[Koseki, KosekiPerson] | None:
    for koseki in population.koseki:
        for person in koseki.members:
            if (
                koseki.standing == "current"
                and person.removed_on is None
                and (f"{koseki.family_name}　{person.given_name}", person.birth) == (name, birth)
            ):
                return koseki, person
    return None


def _kana(koseki: Koseki, person: KosekiPerson) -> str:
    return f"{koseki.family_name_kana}　{person.given_name_kana}" if koseki.family_name_kana and person.given_name_kana else ""
