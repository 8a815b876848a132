"""`konbini bcl probe` and `konbini bcl restart`: tenants looked at for leaks from the command line, and the way back from a stop, for which two operators sign with their own passwords."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog

from bcl_cloud.config import OPERATOR, Config, accounts_of, load
from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.probing.probe import Probe
from bcl_cloud.probing.watch import WATCHED, asking
from bcl_cloud.serving import Serving
from bcl_cloud.tenants.entries import TenantRefused, demanded, tenants
from bcl_cloud.tenants.probes_recorded import WORDS, Verdict, record
from bcl_cloud.tenants.restarts import say_restart
from bcl_cloud.tenants.states import WORDS as STATES
from bcl_cloud.tenants.states import State
from issuer.build import program, topology
from konbini.answers import print_json
from konbini.bcl import run
from messages.orders import Build
from screens.sign_in import Opened, SignIn
from storage.instants import JST
from trust.authority import load_certificate


def probe(config: Path, code: str | None, *, as_json: bool) -> None:
    """Look at one tenant, or at all that issue or may. What is found has its consequences: a leak stops. Exit status 1 unless every probe passed."""

    async def work(cloud: Cloud) -> dict[str, Verdict]:
        settings = load(config)
        looking = _probe(cloud, settings)
        if code is not None:
            await cloud.database.read(demanded, code)
        codes = [code] if code is not None else [one.code for one in await cloud.database.read(tenants) if one.state in WATCHED]
        found = {}
        for one in codes:
            now = datetime.now(JST)
            found[one] = await looking.probe(one, now)
            await cloud.database.write(record, one, found[one], settings.probes.failures_max, now)
        return found

    with _logs_apart():
        found = run(config, work, as_json=as_json)
    if as_json:
        print_json({"probes": [{"tenant": one, "outcome": verdict.outcome, "detail": verdict.detail} for one, verdict in found.items()]})
    else:
        for one, verdict in found.items():
            print(f"{one}  {WORDS[verdict.outcome][0]}  {verdict.detail}")
    raise SystemExit(0 if all(verdict.outcome == "passed" for verdict in found.values()) else 1)


def restart(config: Path, code: str, operator: str, password: str, why: str, *, as_json: bool) -> None:
    """The word of one operator for a stopped tenant: the first asks, another one restarts."""

    async def work(cloud: Cloud) -> Literal["asked"] | State:
        now = datetime.now(JST)
        signed = await SignIn(accounts_of(load(config)), secrets.token_bytes).sign_in(operator, password, now)
        if not isinstance(signed, Opened) or OPERATOR not in signed.session.roles:
            raise TenantRefused("password_wrong")
        return await cloud.database.write(say_restart, code, signed.session.name, why, now)

    said = run(config, work, as_json=as_json)
    if as_json:
        print_json({"tenant": code, "state": "stopped" if said == "asked" else said, "asked": said == "asked"})
    else:
        print("再開の申出を記録しました。もう1人の担当者が再開してください。" if said == "asked" else f"{code}: {STATES[said][0]}")


@contextmanager
def _logs_apart() -> Iterator[None]:
    """What the cloud logs goes to standard error: standard output is for the answer."""
    configured = structlog.is_configured()
    if not configured:
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        yield
    finally:
        if not configured:
            structlog.reset_defaults()


def _probe(cloud: Cloud, config: Config) -> Probe:
    roots = () if config.documents_authority is None else (load_certificate(config.documents_authority),)
    declared = Build(program=program(), topology=topology(processes=1, press_workers=0, database=cloud.tenancy.kind))
    serving = Serving(cloud.database, cloud.tenancy, cloud.keys, declared, 0.0, roots, secrets.token_bytes)
    share = FairShare(config.limits.in_work, config.limits.in_work_of_tenant, config.limits.waiting_of_tenant)
    desk, settings = CloudDesk(serving, share), config.probes
    return Probe(cloud.database, cloud.tenancy, asking(desk), secrets.token_bytes, roots, settings.others_max, settings.probe_seconds)
