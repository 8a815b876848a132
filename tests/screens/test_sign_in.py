"""Sessions and lockout as values: a moment in, a decision out."""

import asyncio
from datetime import datetime, timedelta

import pytest
from argon2 import extract_parameters

from screens import sign_in
from screens.sign_in import Denied, Opened, SignIn, StaffAccount, StaffSession, hash_password
from tests.screens.conftest import CLERK, JST, OPERATOR, PASSWORD, counted

NOBODY = sign_in._NOBODY
"""As the program has it: in these tests it is as cheap as every other hash."""

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=JST)


@pytest.fixture
def desk() -> SignIn:
    return SignIn((CLERK, OPERATOR), counted())


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


async def test_a_right_password_opens_a_session_with_the_accounts_roles(desk: SignIn) -> None:
    opened = await desk.sign_in("clerk", PASSWORD, NOON)
    assert isinstance(opened, Opened)
    assert desk.session(opened.secret, NOON) == StaffSession("clerk", ("view",))


@pytest.mark.parametrize(
    ("name", "password"), [("clerk", "wrong"), ("clerk", ""), ("nobody", PASSWORD), ("clerk", "x" * 2000), ("n" * 200, PASSWORD)]
)
async def test_anything_else_is_told_nothing_but_wrong(desk: SignIn, name: str, password: str) -> None:
    assert await desk.sign_in(name, password, NOON) == Denied("wrong")


@pytest.mark.parametrize("name", ["clerk", "nobody"])
async def test_the_fifth_wrong_try_locks_the_name_whether_or_not_it_exists(desk: SignIn, name: str) -> None:
    assert [await desk.sign_in(name, "wrong", NOON) for _ in range(5)] == [Denied("wrong")] * 4 + [Denied("locked")]
    assert await desk.sign_in(name, PASSWORD, after(minutes=14, seconds=59)) == Denied("locked")


async def test_a_lock_ends_after_a_quarter_of_an_hour_and_counts_afresh(desk: SignIn) -> None:
    for _ in range(5):
        await desk.sign_in("clerk", "wrong", NOON)
    assert await desk.sign_in("clerk", "wrong", after(minutes=15)) == Denied("wrong")
    assert isinstance(await desk.sign_in("clerk", PASSWORD, after(minutes=15)), Opened)


async def test_a_right_password_clears_the_wrong_ones_before_it(desk: SignIn) -> None:
    for _ in range(2):
        for _ in range(4):
            await desk.sign_in("clerk", "wrong", NOON)
        assert isinstance(await desk.sign_in("clerk", PASSWORD, NOON), Opened)


async def test_many_tries_at_once_do_not_outrun_the_lock(desk: SignIn) -> None:
    outcomes = await asyncio.gather(*(desk.sign_in("clerk", "wrong", NOON) for _ in range(8)))
    assert outcomes.count(Denied("locked")) >= 3
    assert await desk.sign_in("clerk", PASSWORD, NOON) == Denied("locked")


async def test_other_names_cannot_push_an_accounts_lock_out_of_memory(desk: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.sign_in.REMEMBERED_NAMES", 2)
    for _ in range(5):
        await desk.sign_in("clerk", "wrong", NOON)
    for stranger in range(6):
        await desk.sign_in(f"stranger-{stranger}", "wrong", NOON)
    assert await desk.sign_in("clerk", PASSWORD, NOON) == Denied("locked")
    assert len(desk._tries) <= 4


async def test_a_session_ends_after_half_an_hour_without_a_page(desk: SignIn) -> None:
    opened = await desk.sign_in("clerk", PASSWORD, NOON)
    assert isinstance(opened, Opened)
    assert desk.session(opened.secret, after(minutes=29)) is not None
    assert desk.session(opened.secret, after(minutes=58)) is not None
    assert desk.session(opened.secret, after(minutes=88)) is None
    assert desk.session(opened.secret, after(minutes=58)) is None


async def test_a_session_ends_after_eight_hours_however_busy(desk: SignIn) -> None:
    opened = await desk.sign_in("clerk", PASSWORD, NOON)
    assert isinstance(opened, Opened)
    for minutes in range(0, 480, 20):
        assert desk.session(opened.secret, after(minutes=minutes)) is not None
    assert desk.session(opened.secret, after(hours=8)) is None


async def test_signing_out_ends_one_session_and_leaves_the_other(desk: SignIn) -> None:
    one, other = await desk.sign_in("clerk", PASSWORD, NOON), await desk.sign_in("clerk", PASSWORD, NOON)
    assert isinstance(one, Opened)
    assert isinstance(other, Opened)
    desk.sign_out(one.secret)
    desk.sign_out("never given")
    assert desk.session(one.secret, NOON) is None
    assert desk.session(other.secret, NOON) is not None


async def test_an_unreadable_hash_opens_nothing() -> None:
    desk = SignIn((StaffAccount("clerk", "not a hash", ()),), counted())
    assert await desk.sign_in("clerk", PASSWORD, NOON) == Denied("wrong")


def test_two_accounts_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        SignIn((CLERK, CLERK), counted())


def test_a_hash_is_argon2id_and_the_same_only_for_the_same_salt() -> None:
    salted = hash_password(PASSWORD, salt=b"0123456789abcdef")
    assert salted.startswith("$argon2id$")
    assert hash_password(PASSWORD, salt=b"0123456789abcdef") == salted != hash_password(PASSWORD)


async def test_a_hash_as_it_is_made_opens_a_session_and_one_bad_letter_does_not() -> None:
    desk = SignIn((StaffAccount("clerk", hash_password(PASSWORD), ()),), counted())
    assert await desk.sign_in("clerk", PASSWORD + "x", NOON) == Denied("wrong")
    assert isinstance(await desk.sign_in("clerk", PASSWORD, NOON), Opened)


def test_an_unknown_name_is_as_much_work_as_a_known_one_and_much() -> None:
    known, unknown = extract_parameters(hash_password(PASSWORD)), extract_parameters(NOBODY)
    assert known == unknown
    assert (known.memory_cost, known.time_cost) == (65_536, 3)  # KiB and passes: what RFC 9106 advises where memory is scarce
