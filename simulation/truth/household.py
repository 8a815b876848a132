"""住民票の写し on both forms, and 住民票記載事項証明書: the household's people, and of each what was asked for."""

from collections.abc import Iterator, Mapping

from certificates.face import Face
from registers.residents.resident import Household, Resident
from simulation.truth.days import EMPTY, on_paper
from simulation.truth.registers import Asked

_ALWAYS = (
    "name_kana",
    "name",
    "alias",
    "former_name_kana",
    "former_name",
    "birth",
    "sex",
    "resident_since",
    "address_since",
    "notified_on",
    "previous_address",
)
_WHEN_ASKED = {
    "relation": ("relation",), "honseki": ("honseki", "hittousha"), "my_number": ("my_number",), "juminhyo_code": ("juminhyo_code",), "nationality": ("nationality",),
    "residence_status": ("category", "residence_status", "period", "expires"), "residence_card": ("card_number",),
}  # fmt: skip
_ITEMS_ALONE = {
    **_WHEN_ASKED, "relation": ("head_name", "relation"), "sex": ("sex",), "former_name": ("former_name_kana", "former_name"), "alias": ("alias",),
    "resident_since": ("resident_since",), "address_since": ("address_since", "notified_on"), "previous_address": ("previous_address",),
}  # fmt: skip
"""On the 記載事項証明書 nothing but name and birth date stands unasked."""

_COUNT = "member_number"


def chosen(home: Household, asked: Asked) -> list[Resident]:
    """Whom the paper must list, in the household's order."""
    wanted = {"all": {member.atena_no for member in home.members}, "self": {asked.holder}}
    numbers = wanted[asked.members] if isinstance(asked.members, str) else set(asked.members)
    return [member for member in home.members if member.atena_no in numbers]


def texts_of(person: Resident) -> dict[str, str]:
    """Every item of a person as it is printed when it is printed."""
    foreign = person.foreign
    own = {
        "name": person.name, "name_kana": person.name_kana, "alias": person.alias, "former_name": person.former_name, "former_name_kana": person.former_name_kana,
        "sex": person.sex, "relation": person.relation, "my_number": person.my_number, "juminhyo_code": person.juminhyo_code, "previous_address": person.previous_address,
        "honseki": None if foreign else person.honseki, "hittousha": None if foreign else person.hittousha,
        "nationality": foreign and foreign.nationality, "category": foreign and foreign.category, "residence_status": foreign and foreign.residence_status,
        "period": foreign and foreign.period, "card_number": foreign and foreign.card_number,
    }  # fmt: skip
    days = {
        "birth": on_paper(person.birth, western=foreign is not None),
        "expires": on_paper(str(foreign.expires) if foreign and foreign.expires else None, western=True),
        **{item: on_paper(getattr(person, item)) for item in ("resident_since", "address_since", "notified_on")},
    }
    return {**{item: text or EMPTY for item, text in own.items()}, **days}


def wrong_with_household(face: Face, asked: Asked, home: Household) -> Iterator[str]:
    """In what a paper of this household differs from what must stand on it."""
    people = chosen(home, asked)
    if face.text("address") != home.address:
        yield "somebody else's address"
    if asked.kind == "juminhyo":
        yield from _whole_or_part(face, len(people) == len(home.members))
        if face.text("head_name") != (home.head_name if "relation" in asked.show else EMPTY):
            yield "another head of the household, or one that was not asked for"
    printed = list(_printed(face))
    if [person.get("name") for person in printed] != [person.name for person in people]:
        yield "other people than were asked for"
        return
    for number, (cells, person) in enumerate(zip(printed, people, strict=True), 1):
        if cells.get(_COUNT, str(number)) != str(number):
            yield "people counted otherwise"
        yield from _wrong_items(cells, {**texts_of(person), "head_name": home.head_name}, asked)


def _whole_or_part(face: Face, whole: bool) -> Iterator[str]:
    said = face.text("statement")
    if ("世帯全員" in said, "世帯の一部" in said) != (whole, not whole):
        yield "speaks of another part of the household"


def _printed(face: Face) -> Iterator[dict[str, str]]:
    """Each person's cells. A person begins with a name and goes on until the next one does."""
    cells: dict[str, str] = {}
    for piece in face.pieces:
        if "name" in dict(piece.cells) and cells:
            yield cells
            cells = {}
        cells = {**cells, **dict(piece.cells)}
    yield cells


def _wrong_items(cells: Mapping[str, str], texts: Mapping[str, str], asked: Asked) -> Iterator[str]:
    alone = asked.kind == "kisai_jiko"
    opened = {item for option in asked.show for item in (_ITEMS_ALONE if alone else _WHEN_ASKED)[option]}
    right = {item: texts[item] for item in ("name_kana", "name", "birth", *opened)} if alone else {item: texts[item] for item in (*_ALWAYS, *opened)}
    for item, text in cells.items():
        if item not in right and item != _COUNT and (alone or text != EMPTY):
            yield f"{item} was not asked for"
        elif item in right and text != right[item]:
            yield f"{item} is not the register's"
    yield from (f"{item} is missing" for item in right if item not in cells)
