from conformance.chance import Chance


def test_one_seed_and_name_give_one_stream_and_another_gives_another() -> None:
    assert Chance(1, "a").randbytes(100) == Chance(1, "a").randbytes(60) + b"".join([_after(60)])
    assert len({Chance(1, "a").randbytes(16), Chance(1, "b").randbytes(16), Chance(2, "a").randbytes(16)}) == 3


def _after(n: int) -> bytes:
    chance = Chance(1, "a")
    chance.randbytes(n)
    return chance.randbytes(40)


def test_a_shuffle_keeps_everybody_and_a_pick_is_one_of_them() -> None:
    people = [f"p{at}" for at in range(20)]
    chance = Chance(3)
    assert sorted(chance.shuffled(people)) == sorted(people) != chance.shuffled(people)
    assert {chance.pick(people) for _ in range(400)} == set(people)
