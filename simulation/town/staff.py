"""Who works in a town's offices: made once, with a password each, when the town is prepared."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from bcl_cloud.joining.onboarding import StaffSetting
from screens.sign_in import hash_password
from simulation import demonstration as demo
from simulation.municipalities import BCL, TAX_KIND, Place
from simulation.town.folders import MUNICIPAL, own_server


@dataclass(frozen=True, slots=True)
class _Post:
    role: str
    name: str
    party: str
    municipality: str = ""


class StaffMember(msgspec.Struct, frozen=True):
    """A demonstration member of staff; the password is made here and kept only in this state folder. `municipality` is whose clerk this is, if anybody's."""

    role: str
    name: str
    party: str
    password: str
    password_hash: str
    municipality: str = ""


def servers_of(places: Sequence[Place]) -> dict[str, Place]:
    """The own servers of these municipalities, by the names of the parties."""
    return {own_server(place.code, places[0].code): place for place in places if place.own_kinds}


def tenants_of(places: Sequence[Place]) -> tuple[Place, ...]:
    """Those for which the shared cloud issues something."""
    return tuple(place for place in places if place.bcl_kinds)


def works_as(staff: tuple[StaffMember, ...], role: str, place: Place) -> str:
    """Somebody in this role (`clerk`, `tax`) of this municipality; of the main one, whose entries do not name it, the first there is."""
    in_role = [member for member in staff if member.role == role]
    return next((member.name for member in in_role if member.municipality == place.code), in_role[0].name)


def clerks_of(staff: tuple[StaffMember, ...], place: Place) -> tuple[StaffSetting, ...]:
    """The staff of a tenant, as the cloud takes them."""
    mine = [member for member in staff if member.party == BCL and member.municipality == place.code]
    return tuple(StaffSetting(name=member.name, password_hash=member.password_hash, roles=(member.role,)) for member in mine)


def make_staff(places: tuple[Place, ...]) -> tuple[StaffMember, ...]:
    """Everybody who works in an office: those of the town; of each of the other municipalities a clerk at each of its issuers, and the tax section at the one that makes its tax papers."""
    return tuple(_staff_member(post) for post in _posts(places))


def _posts(places: tuple[Place, ...]) -> Iterator[_Post]:
    yield from (_Post(*row) for row in demo.STAFF)
    yield from (_Post("municipality", f"{place.city.name} 情報政策課", "center", place.code) for place in _with_accounts_at_center(places))
    yield from (_Post(role, f"{places[0].city.name} {name}", "fees", places[0].code) for role, name in demo.FEE_STAFF)
    if tenants_of(places):
        yield _Post("operator", demo.CLOUD_OPERATOR, BCL)
    others = [(party, place, place.own_kinds) for party, place in servers_of(places).items() if party != MUNICIPAL]
    tenants = [(BCL, place, place.bcl_kinds) for place in tenants_of(places)]
    for party, place, kinds in (*others, *tenants):
        for role, name, at in demo.STAFF:
            if at == MUNICIPAL and (role != "tax" or TAX_KIND in kinds):
                yield _Post(role, f"{place.city.name} {name}", party, place.code)


def _with_accounts_at_center(places: Sequence[Place]) -> tuple[Place, ...]:
    """The main municipality and the first tenant."""
    return (places[0], *[place for place in tenants_of(places) if place is not places[0]][:1])


def _staff_member(post: _Post) -> StaffMember:
    password = secrets.token_hex(4)
    return StaffMember(post.role, post.name, post.party, password, hash_password(password), post.municipality)
