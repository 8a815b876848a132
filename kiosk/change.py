"""Change (釣銭): which coins make up a sum. Pure; coins are counted, never made.

Each of the yen coins divides the next larger one. Hence taking the largest first finds a way whenever there is one, even when coins run out.
"""

from collections.abc import Mapping

NOTE = 1000
COINS = (500, 100, 50, 10)


def pay_out(yen: int, available: Mapping[int, int]) -> dict[int, int] | None:
    """The coins (denomination to count) out of `available` that make exactly `yen`, as few as possible; None when there is no way."""
    chosen: dict[int, int] = {}
    for denomination in sorted(available, reverse=True):
        count = min(yen // denomination, available[denomination])
        if count > 0:
            chosen[denomination] = count
            yen -= denomination * count
    return chosen if yen == 0 else None


def gives_every_change(coins: Mapping[int, int]) -> bool:
    """Whether every multiple of 10 yen below a note can be paid out.

    So it is exactly when, for each denomination, the smaller coins together reach up to 10 yen below it: that last sum can be made of nothing else.
    """
    smaller_yen = 0
    for denomination, larger in ((10, 50), (50, 100), (100, 500), (500, NOTE)):
        smaller_yen += denomination * coins.get(denomination, 0)
        if smaller_yen < larger - 10:
            return False
    return True
