"""All files of a plan as bytes by name. The same plan gives the same bytes, in every process; nothing is written here."""

from collections.abc import Mapping

import msgspec

from fees.planning.council.document import document
from fees.planning.council.paper import draw
from fees.planning.council.tables import assumptions_csv, municipalities_csv
from fees.planning.council.web import page
from fees.planning.plan import Plan


def files_of(plan: Plan) -> Mapping[str, bytes]:
    """The council's page and PDF, the municipalities, the assumptions, and a summary for programs."""
    told = document(plan)
    return {
        "council.html": page(told).encode(),
        "council.pdf": draw(told),
        "municipalities.csv": municipalities_csv(plan),
        "assumptions.csv": assumptions_csv(plan),
        "summary.json": msgspec.json.format(msgspec.json.encode(summary(plan), order="deterministic"), indent=1) + b"\n",
    }


def summary(plan: Plan) -> dict[str, object]:
    """The plan's figures for programs: schemes with revenue, groups, ranges, services, newcomers, campaigns."""
    return {
        "specimen": "見本・試算",
        "title": plan.scenario.title,
        "fiscal_year": plan.scenario.fiscal_year,
        "seed": plan.scenario.seed,
        "draws": plan.scenario.draws,
        "populations": "imported" if plan.country.measured else "modelled",
        "baseline": plan.baseline.id,
        "schemes": [
            {"id": one.id, "title": one.title, "rule": one.rule, "solved": one.solved, "revenue_net_yen": one.revenue_net_yen}
            for one in plan.compared
        ],
        "by_band": plan.by_band,
        "by_class": plan.by_class,
        "floors": plan.floors,
        "uncertain": plan.uncertain,
        "koseki_on_bcl": plan.koseki_on_bcl,
        "wide_tax": plan.wide_tax,
        "newcomers": plan.newcomers,
        "campaigns": plan.campaigns,
    }
