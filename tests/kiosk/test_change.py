"""Which coins make up a sum."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kiosk.change import gives_every_change, pay_out

COINS = st.fixed_dictionaries({500: st.integers(0, 3), 100: st.integers(0, 6), 50: st.integers(0, 3), 10: st.integers(0, 6)})


def ways(coins: dict[int, int]) -> set[int]:
    """Every sum that can be made, by trying all."""
    return {
        sum(denomination * count for denomination, count in zip(coins, counts, strict=True))
        for counts in product(*(range(count + 1) for count in coins.values()))
    }


@given(COINS, st.integers(0, 250))
def test_a_sum_is_paid_out_exactly_whenever_it_can_be(coins: dict[int, int], tens: int) -> None:
    chosen = pay_out(tens * 10, coins)
    assert (chosen is not None) == (tens * 10 in ways(coins))
    if chosen is not None:
        assert sum(denomination * count for denomination, count in chosen.items()) == tens * 10
        assert all(count <= coins[denomination] for denomination, count in chosen.items())


def test_few_coins_rather_than_many() -> None:
    assert pay_out(800, {500: 2, 100: 9, 50: 9, 10: 9}) == {500: 1, 100: 3}


def test_what_is_no_multiple_of_ten_cannot_be_paid() -> None:
    assert pay_out(5, {10: 9}) is None


@given(COINS)
def test_every_change_means_every_change(coins: dict[int, int]) -> None:
    assert gives_every_change(coins) == (set(range(10, 1000, 10)) <= ways(coins))


def test_one_500_and_its_small_coins_are_enough() -> None:
    assert gives_every_change({500: 1, 100: 4, 50: 1, 10: 4})
    assert not gives_every_change({500: 9, 100: 4, 50: 1, 10: 3})
