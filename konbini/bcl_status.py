"""`konbini bcl status`: how every tenant stands, as a table of columns for a terminal or as rows of values. Says what the operators' pages say."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bcl_cloud.joining.onboarding import STEPS
from bcl_cloud.offices.overview import AGE_WORDS, Overview
from bcl_cloud.tenants.probes_recorded import WORDS as PROBED
from bcl_cloud.tenants.states import WORDS
from storage.instants import JST

HEAD = ("コード", "団体", "状態", "住民", "データの基準時点", "連番", "本日/上限", "前回の取込", "前回の点検", "未了・停止の理由")
UPLOADS = {"reading": "読込中", "applied": "適用", "rejected": "不適用", "abandoned": "中断"}


def status_row(one: Overview, now: datetime) -> dict[str, Any]:
    """One tenant as values."""
    tenant, rows = one.tenant, one.rows
    return {
        "tenant": tenant.code,
        "name": tenant.prefecture + tenant.name,
        "state": tenant.state,
        "reason": tenant.reason,
        "since": tenant.since.isoformat(),
        "people": rows.people if rows else None,
        "data_as_of": {age.register: age.as_of.isoformat() for age in rows.ages if age.as_of is not None} if rows else {},
        "data_age": one.age(now),
        "sequence": rows.sequence if rows else None,
        "last_upload": rows.uploads[0].state if rows and rows.uploads else None,
        "papers_today": rows.papers_today if rows else None,
        "papers_per_day_max": tenant.papers_per_day_max,
        "last_probe": {"at": one.probe.at.isoformat(), "outcome": one.probe.outcome} if one.probe else None,
        "restart_asked_by": one.restart.operator if one.restart else None,
        "missing": list(one.missing),
    }


def print_table(found: Sequence[Overview], now: datetime) -> None:
    """All tenants, a line each, in columns that stand under each other whatever their characters."""
    lines = [HEAD, *(_cells(one, now) for one in found)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(HEAD))]
    for line in lines:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip())
    if not found:
        print("参加団体はまだありません。")


def _cells(one: Overview, now: datetime) -> tuple[str, ...]:
    tenant, rows, oldest = one.tenant, one.rows, one.oldest()
    age = AGE_WORDS[one.age(now)][1]
    notes = [STEPS[step][0] for step in one.missing] + ([tenant.reason] if tenant.reason else [])
    return (
        tenant.code,
        tenant.prefecture + tenant.name,
        WORDS[tenant.state][0],
        f"{rows.people}人" if rows else "読めません",
        f"{oldest.astimezone(JST):%Y-%m-%d %H:%M} {age}" if oldest else age,
        str(rows.sequence or "-") if rows else "-",
        f"{rows.papers_today if rows else '-'}/{tenant.papers_per_day_max}",
        UPLOADS[rows.uploads[0].state] if rows and rows.uploads else "-",
        PROBED[one.probe.outcome][0] if one.probe else "-",
        "、".join(notes),
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
