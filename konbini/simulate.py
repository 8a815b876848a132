"""`konbini simulate`: the whole town in one process, from one seed."""

import logging
import sys

import structlog

from konbini.answers import fail, print_json
from simulation.faults import LEVELS
from simulation.run import Report, simulate

SHOWN_EVENTS = 40


def run_simulation(seed: int, visits: int, faults: str, municipalities: int, *, as_json: bool) -> None:
    """Run it; exit status 1 when the auditor complains."""
    if faults not in LEVELS:
        fail("faults_unknown", f"--faults は {', '.join(LEVELS)} のどれかです。", as_json=as_json, status=2)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    report = simulate(seed, visits, faults, municipalities)
    if as_json:
        print_json(_answer(report))
    else:
        _tell(report)
    if report.complaints:
        sys.stderr.writelines(f"{line}\n" for line in (*report.complaints, "--", *report.last_events[-SHOWN_EVENTS:]))
        raise SystemExit(1)


def _answer(report: Report) -> dict[str, object]:
    return {
        "seed": report.seed,
        "visits": report.visits,
        "faults": report.faults,
        "municipalities": report.municipalities,
        "issued": report.findings.issued,
        "issued_by_municipality": report.findings.by_municipality,
        "issued_from_elsewhere": report.findings.of_other_municipalities,
        "paid_yen": report.findings.paid_yen,
        "mismatches": report.findings.mismatches,
        "unresolved": report.findings.unresolved,
        "refused": report.findings.refused,
        "ledger_imbalance_yen": report.findings.ledger_imbalance_yen,
        "complaints": list(report.complaints),
        "did": report.findings.did,
        "deaths": report.deaths,
        "events": report.events,
        "trace_sha256": report.trace_sha256,
        "simulated_seconds": report.simulated_seconds,
        "wall_seconds": report.wall_seconds,
        "cpu_seconds": report.cpu_seconds,
    }


def _tell(report: Report) -> None:
    print(f"種 {report.seed}  来訪 {report.visits:,}  故障 {report.faults}  市区町村 {report.municipalities}")
    print(f"  交付した紙      {report.findings.issued:,}  （{report.findings.paid_yen:,}円）")
    print(f"  市区町村ごと    {report.findings.by_municipality}")
    print(f"  住所地以外から  {report.findings.of_other_municipalities}")
    print(f"  他人の紙        {report.findings.mismatches}")
    print(f"  未確定          {report.findings.unresolved}")
    print(f"  お断り          {report.findings.refused}")
    print(f"  帳簿の不一致    {report.findings.ledger_imbalance_yen}円")
    print(f"  停止と再開      {report.deaths}")
    print(f"  町のできごと    {report.findings.did}")
    print(f"  監査の指摘      {len(report.complaints)}")
    print(f"  経過のハッシュ  {report.trace_sha256}  （{report.events:,} 件）")
    print(f"  仮想の時間 {report.simulated_seconds:,.0f} 秒  実時間 {report.wall_seconds:.1f} 秒  CPU {report.cpu_seconds:.1f} 秒")
