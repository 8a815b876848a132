"""印鑑登録 as values: one seal of one resident of 15 or more (domain facts 4.2)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

CancelReason = Literal["request", "lost", "moved_out", "dead", "name_changed", "replaced"]
"""廃印: 廃止申請, 亡失, 転出, 死亡, 氏名の変更, 改印."""

DPI = 600
"""Resolution of a stored imprint: a pixel is 25.4 / 600 mm of the paper it was pressed on."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """印影: a one-bit grey PNG (black ink is 0), not interlaced, at 600 dpi, cropped to its ink. Both sides are 8 to 25 mm; `width` and `height` in pixels."""

    width: int
    height: int
    png: bytes

    @property
    def size_mm(self) -> tuple[float, float]:
        """(width, height) on paper in millimetres."""
        return self.width / DPI * 25.4, self.height / DPI * 25.4


@dataclass(frozen=True, slots=True)
class SealRegistration:
    """One registration. It is in force until `cancelled_at`, to the second. What stands beside the imprint on paper (氏名, 旧氏, 通称) is the resident register's business."""

    registration_no: str  # 印鑑登録番号, 8 digits
    atena_no: str
    registered_on: date
    carved: str  # the characters cut into the seal
    imprint: Imprint
    version: str
    cancelled_at: datetime | None = None
    cancelled_for: CancelReason | None = None

    def in_force_at(self, instant: datetime) -> bool:
        """Whether this is the person's seal at `instant` (aware): from the second of its cancellation on it is not."""
        return self.cancelled_at is None or instant < self.cancelled_at
