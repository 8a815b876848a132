"""Lots and shares: how a count that is known is spread over bodies that are not. A lot depends on the seed, its purpose and a code, and on nothing else: not on order, not on a library's stream.

Decides order and whole numbers; never what they are of.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def lot(seed: int, purpose: str, code: str) -> bytes:
    """The lot of a body for one purpose: equally likely to be before or after any other's."""
    return sha256(f"{seed}|{purpose}|{code}".encode()).digest()


def in_order_of_lots(codes: Iterable[str], seed: int, purpose: str) -> list[str]:
    """All codes, shuffled."""
    return sorted(codes, key=lambda code: (lot(seed, purpose, code), code))


def apportioned(count: int, weights: Whole) -> Whole:
    """`count` in whole shares by weights (at least 0, not all 0), largest remainder first and the earlier of equals: the shares sum to `count` exactly.

    Raises ValueError where nothing has a weight but something is to be shared, or where the product could not be held exactly.
    """
    whole = int(weights.sum())
    if count == 0:
        return np.zeros(len(weights), np.int64)
    if whole <= 0 or count < 0 or int(weights.min()) < 0:
        raise ValueError("nothing to share by")
    if count * int(weights.max()) >= 2**63:
        raise ValueError("too large to be shared exactly")
    shares, remainders = np.divmod(weights * count, whole)
    left = count - int(shares.sum())
    shares[np.argsort(-remainders, kind="stable")[:left]] += 1
    return shares


def apportioned_within(count: int, weights: Sequence[int], limits: Sequence[int]) -> list[int]:
    """As `apportioned`, none above its limit: what is over goes to the others by their weights. Raises ValueError where the limits leave no room."""
    if count > sum(limits):
        raise ValueError(f"{count} do not fit into {sum(limits)}")
    given = [0] * len(weights)
    while (left := count - sum(given)) > 0:
        open_weights = [max(weight, 1) if have < limit else 0 for weight, have, limit in zip(weights, given, limits, strict=True)]
        shares = apportioned(left, np.array(open_weights, np.int64))
        given = [min(limit, have + int(share)) for have, share, limit in zip(given, shares, limits, strict=True)]
    return given
