"""The スクランブル画像: the picture of a front in blocks of 16 pixels, put in another order, turned over and inverted as a key says, so that only who has the key sees the front again.

Blocks keep their inside together, so that what a scan gets wrong by a fraction of a pixel blurs the blocks' edges and nothing else. Keyed per issuance and per sheet. A check pattern, also made
from the key, fills the strip right of the picture: it tells whether a restored picture is the right one.

It hides nothing from somebody who holds the paper (the front is on the other side), and a good copy of it is restored as well as the original: it says whether the front was altered (domain facts 5).
"""

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from certificates.back.layout import BLOCK, COLUMNS, PICTURE_HEIGHT, PICTURE_WIDTH, ROWS

Grey = NDArray[np.uint8]
"""Rows of grey pixels from the top, 0 black, 255 white."""

FRONT_WIDTH, FRONT_HEIGHT = 620, 877
"""A4 at 75 dpi."""

CHECK_CELL = PICTURE_WIDTH - FRONT_WIDTH
"""Pixels on the side of one of the check pattern's black or white squares; they stand one below the other, as high as the picture."""

RIGHT_FROM = 0.8
"""A picture restored with a wrong key agrees with the check pattern by a half, give or take 0.04; a legible one with the right key by more than 0.95."""

_LABEL = b"konbini scramble 1\x00"
_BLOCKS = COLUMNS * ROWS
_CELLS = PICTURE_HEIGHT // CHECK_CELL
_BLACK_OR_WHITE = np.array([0, 255], np.uint8)


@dataclass(frozen=True, slots=True)
class Restored:
    """The front as it was put in, and the share of the check pattern that is as the key says, 0 to 1."""

    front: Grey
    agreement: float

    @property
    def right(self) -> bool:
        """Whether this is the picture that the key belongs to."""
        return self.agreement >= RIGHT_FROM


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a key does: block n of the scrambled picture is block `order[n]` of the front, turned over and inverted where it says so."""

    order: NDArray[np.intp]
    mirrored: NDArray[np.bool_]
    upended: NDArray[np.bool_]
    inverted: NDArray[np.uint8]  # 0 or 255
    check: NDArray[np.uint8]  # 0 or 255 for each cell, from the top


def sheet_key(secret: bytes, issuance_id: str, part: int) -> bytes:
    """The key of one sheet's picture: 32 bytes that nobody can compute without the center's `secret`. ValueError for a secret that is shorter than they are."""
    if len(secret) < hashlib.sha256().digest_size:
        raise ValueError("a secret has at least 32 bytes")
    return hmac.digest(secret, _LABEL + part.to_bytes(2, "big") + issuance_id.encode("utf-8"), "sha256")


def scrambled(front: Grey, key: bytes) -> Grey:
    """The scrambled picture, 880 x 624, of a front of 877 x 620 pixels (rows x columns; ValueError for another size)."""
    if front.shape != (FRONT_HEIGHT, FRONT_WIDTH) or front.dtype != np.uint8:
        raise ValueError("a front is 877 rows of 620 grey pixels")
    plan = _plan(key)
    whole = np.full((PICTURE_HEIGHT, PICTURE_WIDTH), 255, np.uint8)
    whole[:FRONT_HEIGHT, :FRONT_WIDTH] = front
    whole[:, FRONT_WIDTH:] = np.repeat(plan.check, CHECK_CELL)[:, None]
    blocks = _blocks(whole, BLOCK)[plan.order]
    _turn_over(blocks, plan)
    blocks ^= plan.inverted[:, None, None]
    return _whole(blocks)


def restored(picture: Grey, key: bytes) -> Restored:
    """The front of a scrambled picture, 877 x 620, or as many times that as `picture` is 880 x 624 (ValueError for another size): a scan's finer pixels are kept."""
    rows, columns = picture.shape
    side = columns // COLUMNS
    times = side // BLOCK
    if times < 1 or (rows, columns) != (times * PICTURE_HEIGHT, times * PICTURE_WIDTH) or picture.dtype != np.uint8:
        raise ValueError("a scrambled picture is 880 rows of 624 grey pixels, or a multiple of that")
    plan = _plan(key)
    blocks = _blocks(picture, side) ^ plan.inverted[:, None, None]
    _turn_over(blocks, plan)
    ordered = np.empty_like(blocks)
    ordered[plan.order] = blocks
    whole = _whole(ordered)
    strip = whole[:, FRONT_WIDTH * times :].reshape(_CELLS, -1).mean(axis=1)
    return Restored(whole[: FRONT_HEIGHT * times, : FRONT_WIDTH * times], float(np.mean((strip > 127) == (plan.check > 127))))


def _plan(key: bytes) -> _Plan:
    """The key's stream, cut into what it decides: eight bytes a block for its place, one for how it lies, then one for each cell of the check pattern."""
    stream = hashlib.shake_256(hmac.digest(key, _LABEL, "sha256")).digest(_BLOCKS * 9 + _CELLS)
    lie = np.frombuffer(stream, np.uint8, _BLOCKS, _BLOCKS * 8)
    check = np.frombuffer(stream, np.uint8, _CELLS, _BLOCKS * 9)
    return _Plan(
        order=np.argsort(np.frombuffer(stream, "<u8", _BLOCKS), kind="stable"),
        mirrored=(lie & 1).astype(np.bool_),
        upended=(lie & 2).astype(np.bool_),
        inverted=_BLACK_OR_WHITE[(lie >> 2) & 1],
        check=_BLACK_OR_WHITE[check & 1],
    )


def _turn_over(blocks: Grey, plan: _Plan) -> None:
    """Mirror left to right, then top to bottom, in place; doing it twice undoes it."""
    blocks[plan.mirrored] = blocks[plan.mirrored][:, :, ::-1]
    blocks[plan.upended] = blocks[plan.upended][:, ::-1]


def _blocks(whole: Grey, side: int) -> Grey:
    return whole.reshape(ROWS, side, COLUMNS, side).swapaxes(1, 2).reshape(_BLOCKS, side, side)


def _whole(blocks: Grey) -> Grey:
    side = blocks.shape[1]
    return blocks.reshape(ROWS, COLUMNS, side, side).swapaxes(1, 2).reshape(ROWS * side, COLUMNS * side)
