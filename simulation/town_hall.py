"""A town hall: keeps its registers, tells whoever issues for it what happens, at the clerks' page of its own server or by the fast lane of the shared cloud; uploads its registers; and decides
about 本籍地利用登録.

What happened, when it was begun to be told and when it had been, goes into the chronicle.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from typing import Any

from bcl_cloud.feeds.fast_lane import WORDS, Event, Kind, take
from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.uploading import UploadReport, upload
from certificates.kinds import KINDS
from issuer.uses import Application
from registers.population import Population
from registers.tax.record import TaxRecord
from simulation import clerk_steps
from simulation.chronicle import Binding, Chronicle
from simulation.errands import AGAIN_SECONDS, done, step
from simulation.issuers import IssuerOf
from simulation.municipal_data import FIRST
from simulation.parties import Town
from simulation.party_life import Dead, Incarnation
from simulation.registers_filled import outsiders_of
from simulation.store import Ailing
from simulation.truth import happenings
from simulation.truth.happenings import Happening
from simulation.truth.versions import Change
from storage.store import StoreFailed

RETURNED = 0.1
"""How often an application is returned although it is right: a clerk has reasons of their own."""
WORKER_POINTS_MAX = 60

Step = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """How one happening is told: the clerk's step at an own server (on a connection and these arguments), and the event of the fast lane (kind, subject, day)."""

    clerk: Step
    event: tuple[Kind, str, date | None]


class TownHall:
    """One municipality's."""

    def __init__(self, town: Town, chronicle: Chronicle, code: str) -> None:
        self._town = town
        self._world = town.estate.world
        self._chronicle = chronicle
        self.code = code
        self.issuers = tuple(one for one in town.estate.issuers if one.place.code == code)
        self.kept = chronicle.base[code]
        self._chance: Random = self._world.random(f"hall {code}")
        self._sequence = FIRST  # its registers came by an upload, like everybody's
        self._uploaded: Population | None = self.kept.population
        self._uploading = asyncio.Lock()
        self._workers = 0

    @property
    def tenant(self) -> IssuerOf | None:
        """Its part of the shared cloud."""
        return next((one for one in self.issuers if one.on_cloud), None)

    # --- what happens to people ---

    async def protect(self, atena_no: str) -> None:
        """支援措置 from today."""
        today = self._world.now().date()
        step_ = (clerk_steps.protect, (atena_no, today))
        await self._happens("protect", happenings.protected(atena_no, today), atena_no, Told(step_, ("protect", atena_no, today)))

    async def release(self, atena_no: str) -> None:
        """The end of it."""
        await self._happens(
            "unprotect", happenings.released(atena_no), atena_no, Told((clerk_steps.release, (atena_no,)), ("unprotect", atena_no, None))
        )

    async def leave(self, atena_no: str) -> None:
        """転出届 for today."""
        today = self._world.now().date()
        told = Told((clerk_steps.stand, (atena_no, "leaving", today)), ("leaving", atena_no, today))
        await self._happens("leaving", happenings.stands(atena_no, "leaving", today), atena_no, told)

    async def stay(self, atena_no: str) -> None:
        """転出届の取消し."""
        told = Told((clerk_steps.stand, (atena_no, "current", None)), ("stays", atena_no, None))
        await self._happens("stays", happenings.stands(atena_no, "current", None), atena_no, told)

    async def wait_for_character(self, atena_no: str, *, waits: bool) -> None:
        """外字 of somebody's name waits to be registered, or has been."""
        kind: Kind = "pending_character" if waits else "registered_character"
        told = Told((clerk_steps.wait_for_character, (atena_no, waits)), (kind, atena_no, None))
        await self._happens(kind, happenings.pending(atena_no, waits=waits), atena_no, told)

    async def end_seal(self, atena_no: str) -> None:
        """廃印, now."""
        at = self._world.now().replace(microsecond=0)
        told = Told((clerk_steps.end_seal, (atena_no, at)), ("seal_cancelled", atena_no, None))
        await self._happens("seal_cancelled", happenings.seal_ended(atena_no, at), atena_no, told, at)

    async def notify(self, koseki_no: str, *, waits: bool) -> None:
        """A notification about a 戸籍 is accepted, or withdrawn."""
        kind: Kind = "koseki_accepted" if waits else "koseki_withdrawn"
        told = Told((clerk_steps.notify, (koseki_no, waits)), (kind, koseki_no, None))
        await self._happens(kind, happenings.notified(koseki_no, waits=waits), koseki_no, told)

    async def hold_figures(self, record: TaxRecord) -> None:
        """Figures were found wrong; a tenant's papers of that year stop. The corrected ones come with the next upload (`correct`)."""
        told = Told((clerk_steps.nothing, ()), ("tax_correction", f"{record.atena_no}/{record.year}", None))
        await self._happens("tax_correction", happenings.held(record.atena_no, record.year), record.atena_no, told)

    async def correct(self, record: TaxRecord) -> None:
        """Upload corrected figures."""
        levy = replace(record.levy, city_income=record.levy.city_income + 1_000, total_yen=record.levy.total_yen + 1_000)
        await self._by_upload("tax_corrected", happenings.corrected(replace(record, levy=levy)), record.atena_no)

    async def renew(self, atena_no: str, serial: str) -> None:
        """The certificate on somebody's card is another one: at an own server it is bound at once, at the cloud by an upload."""
        happening = happenings.renewed(atena_no, serial)
        usable_from = next(one.card_usable_from for one in self.kept.population.residents if one.atena_no == atena_no)
        change = self._begin("renewed", happening, atena_no)
        for one in self.issuers:
            if one.on_cloud:
                await self._upload(full=False)
            else:
                await self._at(one, clerk_steps.bind, atena_no, serial, usable_from)
        change.told_at = self._world.loop.time()

    async def upload_everything(self) -> None:
        """A full upload of the registers as they are."""
        if self.tenant is not None:
            await self._upload(full=True)

    async def _by_upload(self, name: str, happening: Happening, subject: str) -> None:
        change = self._begin(name, happening, subject)
        await self._upload(full=False)
        change.told_at = self._world.loop.time()

    def _begin(self, name: str, happening: Happening, subject: str) -> Change:
        change = Change(happening, self._world.loop.time(), None, frozenset({subject}))
        self._chronicle.changes[self.code].append(change)
        self._chronicle.done[name] += 1
        self._world.trace.note(f"{name} at {self.code}")
        self.kept = happening(self.kept)
        return change

    async def _happens(self, name: str, happening: Happening, subject: str, told: Told, at: datetime | None = None) -> None:
        kind, of, on = told.event
        change = self._begin(name, happening, subject)
        number = self._chronicle.done.total()
        event = Event(id=f"{self.code}-{number}", kind=kind, at=at or self._world.now(), subject=of, on=on)
        for one in self.issuers:
            if one.on_cloud:
                if WORDS[kind][0] not in _registers_of(one):
                    continue  # nobody tells the cloud of a register that is not kept there
                outcome = await self._at(one, take, event)
                if outcome not in ("applied", "included"):
                    self._chronicle.wrong.append(f"{self.code}: the event {kind} was answered {outcome}")
            else:
                clerk, args = told.clerk
                await self._at(one, clerk, *args)
        change.told_at = self._world.loop.time()

    async def _at(self, one: IssuerOf, write: Callable[..., Any], *args: Any) -> Any:
        clock = self._town.hosts[one.party].clock
        return await step(self._town, one.party, one.database, write, *args, clock.now())

    # --- uploads ---

    async def _upload(self, *, full: bool) -> None:
        """One upload of the registers of this instant, repeated until there is an answer; the worker that reads it may die."""
        tenant = self.tenant
        if tenant is None:
            return
        async with self._uploading:
            self._sequence += 1
            registers = [register for register in ("residents", "koseki", "seal", "tax") if register in _registers_of(tenant)]
            before = None if full else self._uploaded
            now, population = self._world.now(), self.kept.population
            archive = pack(
                population,
                self.code,
                self._sequence,
                now,
                before=before,
                registers=registers,
                outsiders=outsiders_of(population) if before is None and "tax" in registers else (),
            )
            self._world.trace.note(f"upload {self.code} {self._sequence} {'full' if before is None else 'differential'}")
            report = await self._worked(tenant, archive, registers)
            if report.outcome == "rejected":
                said = ", ".join(sorted({f"{line.file} {line.line} {line.code}" for line in report.faults}))
                self._chronicle.wrong.append(f"{self.code}: upload {self._sequence} was rejected: {said}")
                return
            self._uploaded = population
            self._chronicle.done["upload_full" if before is None else "upload_differential"] += 1

    async def _worked(self, tenant: IssuerOf, archive: bytes, registers: Sequence[str]) -> UploadReport:
        while True:
            self._workers += 1
            life = Incarnation(f"upload-{self.code}", self._workers)
            if self._world.weather.faults.kill_every_seconds is not None and self._chance.random() < 0.3:
                life.doomed_after = self._chance.randint(1, WORKER_POINTS_MAX)
            store = self._town.store(life, tenant.database)
            try:
                return await life.answered(upload(store, archive, self.code, registers, self._world.now))
            except (Dead, StoreFailed, Ailing):
                self._world.trace.note(f"upload of {self.code} is begun again")
                await asyncio.sleep(AGAIN_SECONDS)

    # --- 本籍地利用登録 ---

    async def decide_uses(self) -> tuple[str, ...]:
        """Look at every application that waits, beside the register, and accept it or give it back; the certificates (serials) whose applications were accepted."""
        one = next((one for one in self.issuers if "koseki" in one.kinds), None)
        if one is None:
            return ()
        accepted: list[str] = []
        waiting = await done(self._town, one.party, lambda life: self._town.store(life, one.database).read(clerk_steps.waiting))
        for application in waiting:
            person_no = self._found(application)
            if person_no is None or self._chance.random() < RETURNED:
                await self._at(one, clerk_steps.give_use_back, application.application_id)
                self._chronicle.done["use_returned"] += 1
                continue
            self._chronicle.bindings.append(Binding(self.code, application.serial, person_no, self._world.loop.time()))
            await self._at(one, clerk_steps.accept_use, application.application_id, person_no)
            self._chronicle.done["use_accepted"] += 1
            accepted.append(application.serial)
        return tuple(accepted)

    def _found(self, application: Application) -> str | None:
        """Whose entry it is, if there is one of that name and birth and no second."""
        found = [
            person.person_no
            for koseki in self.kept.population.koseki
            for person in koseki.members
            if koseki.standing == "current" and person.removed_on is None and person.birth == application.birth
            and f"{koseki.family_name_kana}　{person.given_name_kana}" == application.name
        ]  # fmt: skip
        return found[0] if len(found) == 1 else None


def _registers_of(tenant: IssuerOf) -> set[str]:
    return {KINDS[kind].register for kind in tenant.kinds} | {"residents"}
