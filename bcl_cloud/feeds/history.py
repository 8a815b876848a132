"""The uploads of a tenant as they are shown: each with its order, its instant, its outcome and its report. No value of any line."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from bcl_cloud.feeds.switching import WAITING
from bcl_cloud.feeds.tables import QUARANTINE, UPLOADS
from bcl_cloud.feeds.uploading import UploadReport
from storage.instants import instant, stamp


class PastUpload(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: `reading`, `applied`, `rejected`, `abandoned` (its process ended, or a newer attempt took its place). `digest`: SHA-256 (hex) over the manifest, in which every file's stands.

    Sequence 0, no `as_of` and an empty `digest`: its manifest could not be read.
    """

    upload_no: int
    sequence: int
    kind: str
    as_of: datetime | None
    state: str
    begun_at: datetime
    ended_at: datetime | None
    report: UploadReport | None
    digest: str

    @property
    def rows(self) -> int:
        """Records of all files; 0 where nobody has counted them."""
        return sum(self.report.rows.values()) if self.report is not None else 0


def uploads(connection: Connection, limit: int = 100) -> tuple[PastUpload, ...]:
    """Newest first."""
    return tuple(_past(row) for row in connection.execute(select(UPLOADS).order_by(UPLOADS.c.upload_no.desc()).limit(limit)).all())


def one_upload(connection: Connection, upload_no: int) -> PastUpload | None:
    """One of them; None when there is none of this number."""
    row = connection.execute(select(UPLOADS).where(UPLOADS.c.upload_no == upload_no)).one_or_none()
    return None if row is None else _past(row)


def in_quarantine(connection: Connection) -> tuple[tuple[str, str, int], ...]:
    """(register, unit, upload) of every unit that waits to come healthy."""
    found = select(QUARANTINE.c.register, QUARANTINE.c.unit, QUARANTINE.c.upload_no).where(QUARANTINE.c.person == "")
    return tuple((row.register, row.unit, row.upload_no) for row in connection.execute(found.order_by(QUARANTINE.c.register, QUARANTINE.c.unit)))


def abandon(connection: Connection, now: datetime) -> None:
    """The process that read an upload has ended: nothing of it was put in place, and what waited goes."""
    connection.execute(update(UPLOADS).where(UPLOADS.c.state == "reading").values(state="abandoned", ended_at=stamp(now)))
    for table in WAITING.values():
        connection.execute(delete(table))


def _past(row: Row[tuple[object, ...]]) -> PastUpload:
    return PastUpload(
        upload_no=row.upload_no,
        sequence=row.sequence,
        kind=row.kind,
        as_of=instant(row.as_of) if row.as_of else None,
        state=row.state,
        begun_at=instant(row.begun_at),
        ended_at=instant(row.ended_at) if row.ended_at else None,
        report=msgspec.json.decode(row.report, type=UploadReport) if row.report else None,
        digest=row.digest,
    )
