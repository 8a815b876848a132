"""The pages of rules: fees on a time line, drafts with their preview, approval by a second person, the record of changes. Decode, call, encode; `drafts` decides.

An owner's pages stand below `/municipalities/<code>` or, for what the center's people look after, `/center` (`access.home_of`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from certificates.kinds import FEE_CLASSES
from fees.config import Config, names_of, rules_of
from fees.drafts import drafting, recording
from fees.drafts.changes import CENTER, ChangesRefused, Enter, Known, Withdraw, earliest_day, owner_of, rule_id
from fees.drafts.drafting import Draft, DraftRefused, Person, Text, may_see
from fees.drafts.history import book_at, last_revision, unlike, used_ids
from fees.drafts.preview import Preview, first_day, preview, sold, year_before
from fees.offices import rule_words, words
from fees.offices.access import home_of, person_of
from fees.offices.draft_forms import ROWS, FormRefused, changes_of, typed_of
from fees.offices.timelines import LABEL, ROW, Drawing, drawn
from fees.rules.dated import in_force, service_day
from fees.rules.rule_book import Rule, RuleBook
from fees.rules.tariff import TariffRule
from screens.guard import now_of
from screens.pages import render
from storage.store import Store

ACTS = ("submit", "approve", "send-back", "discard")
_NUMBER = "{number:[0-9]{1,9}}"
_OWNERS = ("/municipalities/{code:[0-9]{6}}", "/center")


class RulePages:
    """The handlers."""

    def __init__(self, config: Config, store: Store) -> None:
        self._store = store
        self._names = names_of(config)
        self._of = {staff.name: staff.of for staff in config.staff}
        self._configured = rules_of(config)
        self._known = known_of(config)

    def add_to(self, app: web.Application) -> None:
        """Put the pages into the office."""
        app.router.add_get("/municipalities", self.municipalities)
        for owner in _OWNERS:
            app.router.add_get(f"{owner}/rules", self.rules)
            app.router.add_get(f"{owner}/drafts/new", self.new)
            app.router.add_post(f"{owner}/drafts", self.create)
            app.router.add_get(f"{owner}/drafts/{_NUMBER}", self.draft)
            app.router.add_get(f"{owner}/drafts/{_NUMBER}/edit", self.edit)
            app.router.add_post(f"{owner}/drafts/{_NUMBER}", self.revise)
            app.router.add_post(f"{owner}/drafts/{_NUMBER}/{{act:{'|'.join(ACTS)}}}", self.act)
            app.router.add_get(f"{owner}/record", self.record)
            app.router.add_get(f"{owner}/record.jsonl", self.record_file)

    async def municipalities(self, request: web.Request) -> web.Response:
        """Every municipality, with the drafts that wait; for the center's people."""
        person = person_of(request, self._of)
        waiting = await self._store.read(_waiting, (CENTER, *sorted(self._known.municipalities)))
        return self._page(request, "municipalities.html", CENTER, person, waiting=waiting, codes=sorted(self._known.municipalities))

    async def rules(self, request: web.Request) -> web.Response:
        """The fees on a time line, every rule with its period, the drafts."""
        owner, person = self._owner(request)
        today = service_day(now_of(request))
        book, drafts = await self._store.read(_standing, owner)
        rules = sorted(_owned(book, owner).values(), key=lambda rule: (*_place(rule), rule.since, rule.rule))
        told: dict[str, Any] = {"rules": rules, "drafts": [(draft, _state(draft, now_of(request))) for draft in drafts], "today": today}
        if owner == CENTER:
            told["unlike"] = await self._store.read(unlike, self._configured)
        return self._page(request, "rules.html", owner, person, drawing=drawn(book.tariff, owner, today), in_force=in_force, book=book, **told)

    async def new(self, request: web.Request) -> web.Response:
        """An empty draft."""
        owner, person = self._owner(request)
        return await self._form(request, owner, person, {}, None, ())

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Enter a draft."""
        owner, person = self._owner(request)
        typed = _typed(await request.post())
        try:
            text = await self._text(owner, typed)
            number = await self._store.write(drafting.create, self._acting(person, owner), text, self._known, now_of(request))
        except (FormRefused, ChangesRefused, DraftRefused) as refused:
            return await self._form(request, owner, person, typed, None, _said(refused))
        raise web.HTTPSeeOther(f"{home_of(owner)}/drafts/{number}")

    async def draft(self, request: web.Request, problems: tuple[words.Twin, ...] = ()) -> web.Response:
        """A draft: what it changes, what last year would have cost under it, and who may do what with it."""
        owner, person = self._owner(request)
        found = await self._found(request, owner)
        now = now_of(request)
        book = await self._store.read(book_at)
        standing = {rule.rule: rule for rule in book.rules}
        told: dict[str, Any] = {"draft": found, "state": _state(found, now), "preview": None, "drawing": None, "then": None}
        if found.state in ("draft", "submitted"):
            try:
                told |= await self._store.read(_outcome, found, self._known, now)
            except (ChangesRefused, DraftRefused) as refused:
                problems = (*problems, *(said for said in _said(refused) if said not in problems))
        rows = [rule_words.change_said(change, standing, self._names) for change in found.text.changes]
        page = self._page(request, "draft.html", owner, person, rows=rows, problems=problems, **told)
        page.set_status(409 if problems and request.method == "POST" else 200)
        return page

    async def edit(self, request: web.Request) -> web.Response:
        """The form of a draft."""
        owner, person = self._owner(request)
        found = await self._found(request, owner)
        typed = {"title": found.text.title, "why": found.text.why, **typed_of(found.text.changes)}
        return await self._form(request, owner, person, typed, found, ())

    async def revise(self, request: web.Request) -> web.StreamResponse:
        """Write a draft anew."""
        owner, person = self._owner(request)
        found, typed = await self._found(request, owner), _typed(await request.post())
        try:
            text = await self._text(owner, typed)
            await self._store.write(drafting.revise, self._acting(person, owner), found.number, _version(typed), text, self._known, now_of(request))
        except (FormRefused, ChangesRefused, DraftRefused) as refused:
            return await self._form(request, owner, person, typed, found, _said(refused))
        raise web.HTTPSeeOther(f"{home_of(owner)}/drafts/{found.number}")

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Submit, approve, send back, give up: of the version that was shown."""
        owner, person = self._owner(request)
        found, typed, now = await self._found(request, owner), _typed(await request.post()), now_of(request)
        at = (self._acting(person, owner), found.number, _version(typed))
        try:
            match request.match_info["act"]:
                case "submit":
                    await self._store.write(drafting.submit, *at, self._known, now)
                case "approve":
                    await self._store.write(drafting.approve, *at, self._known, now)
                case "send-back":
                    await self._store.write(drafting.send_back, *at, typed.get("why", ""), now)
                case _:
                    await self._store.write(drafting.discard, *at, typed.get("why", ""), now)
        except (ChangesRefused, DraftRefused) as refused:
            return await self.draft(request, _said(refused))
        raise web.HTTPSeeOther(f"{home_of(owner)}/drafts/{found.number}")

    async def record(self, request: web.Request) -> web.Response:
        """Who changed what, newest first, and whether the record is whole."""
        owner, person = self._owner(request)
        lines = await self._store.read(recording.lines, owner)
        entries = [msgspec.json.decode(line, type=dict[str, Any]) for line in reversed(lines)]
        return self._page(request, "record.html", owner, person, entries=entries, checked=await self._store.read(recording.checked, owner))

    async def record_file(self, request: web.Request) -> web.Response:
        """The record as it is sealed, one entry a line: whoever has it can check it without this office."""
        owner, _ = self._owner(request)
        lines = await self._store.read(recording.lines, owner)
        named = {"Content-Disposition": f'attachment; filename="rules-{owner}.jsonl"'}
        return web.Response(text="".join(f"{line}\n" for line in lines), content_type="application/x-ndjson", charset="utf-8", headers=named)

    def _owner(self, request: web.Request) -> tuple[str, Person]:
        """Whose pages these are, and who reads them; 404 for a code that nobody has, 403 for another's."""
        owner, person = request.match_info.get("code", CENTER), person_of(request, self._of)
        if not may_see(person, owner):
            raise web.HTTPForbidden
        if owner != CENTER and owner not in self._known.municipalities:
            raise web.HTTPNotFound
        return owner, person

    def _acting(self, person: Person, owner: str) -> Person:
        """The person, if the owner's rules are theirs to change; 403 for whoever only sees them."""
        if person.of != owner:
            raise web.HTTPForbidden
        return person

    async def _found(self, request: web.Request, owner: str) -> Draft:
        found = await self._store.read(drafting.find, int(request.match_info["number"]))
        if found is None or found.owner != owner:
            raise web.HTTPNotFound
        return found

    async def _text(self, owner: str, typed: Mapping[str, str]) -> Text:
        book, used = await self._store.read(_rules_and_ids)
        changes = changes_of(typed, None if owner == CENTER else owner, _owned(book, owner), used)
        return Text(typed.get("title", ""), typed.get("why", ""), changes)

    async def _form(
        self, request: web.Request, owner: str, person: Person, typed: Mapping[str, str], draft: Draft | None, problems: tuple[words.Twin, ...]
    ) -> web.Response:
        self._acting(person, owner)
        book, _ = await self._store.read(_standing, owner)
        earliest = earliest_day(now_of(request))
        rules = [rule for rule in _owned(book, owner).values() if rule.until is None or rule.until > earliest]
        told: dict[str, Any] = {
            "typed": typed,
            "draft": draft,
            "problems": problems,
            "rules": rules,
            "rows": range(1, ROWS + 1),
            "earliest": earliest,
        }
        page = self._page(request, "draft_form.html", owner, person, classes=sorted(self._known.fee_classes), **told)
        page.set_status(422 if problems else 200)
        return page

    def _page(self, request: web.Request, template: str, owner: str, person: Person, **values: Any) -> web.Response:
        called = self._names.center if owner == CENTER else self._names.party("municipality", owner)
        shown: dict[str, Any] = {"owner": owner, "home": home_of(owner), "called": called, "person": person, "names": self._names, "center": CENTER}
        return render(request, template, words=words, said=rule_words, label=LABEL, row_height=ROW, **shown, **values)


def known_of(config: Config) -> Known:
    """The codes that rules may name: those of the configuration, and the fee classes of the certificates there are."""
    classes = frozenset(FEE_CLASSES) | {rule.fee_class for rule in config.tariff}
    return Known(frozenset(each.id for each in config.municipalities), classes, frozenset(each.id for each in config.operators))


def _standing(connection: Connection, owner: str) -> tuple[RuleBook, tuple[Draft, ...]]:
    return book_at(connection), drafting.listed(connection, owner)


def _rules_and_ids(connection: Connection) -> tuple[RuleBook, frozenset[str]]:
    return book_at(connection, last_revision(connection)), used_ids(connection)


def _waiting(connection: Connection, owners: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Drafts and submitted drafts, by owner."""
    counted = {}
    for owner in owners:
        states = [draft.state for draft in drafting.listed(connection, owner)]
        counted[owner] = states.count("draft"), states.count("submitted")
    return counted


def _outcome(connection: Connection, draft: Draft, known: Known, now: datetime) -> dict[str, Preview | Drawing]:
    """The preview and both time lines of a draft that could be approved now; raises as its approval would."""
    before, then = drafting.outcome(connection, draft, known, now)
    today = service_day(now)
    copies = sold(connection, draft.owner, year_before(today), today)
    told: dict[str, Preview | Drawing] = {"preview": preview(copies, before, then, first_day(before, draft.text.changes), today)}
    places = {rule.rule: (rule.fee_class, rule.channel) for book in (before, then) for rule in book.tariff.rules}
    touched = frozenset(places[each] for each in (rule_id(change) for change in draft.text.changes) if each in places)
    if touched:
        told |= {"drawing": drawn(before.tariff, draft.owner, today, touched), "then": drawn(then.tariff, draft.owner, today, touched)}
    return told


def _owned(book: RuleBook, owner: str) -> dict[str, Rule]:
    return {rule.rule: rule for rule in book.rules if owner_of(rule) == owner}


def _place(rule: Rule) -> tuple[str, str]:
    return (rule.fee_class, rule.channel) if isinstance(rule, TariffRule) else (type(rule).__name__, "")


def _state(draft: Draft, now: datetime) -> str:
    """`in_force` for an approved draft whose first day has come."""
    if draft.state != "approved":
        return draft.state
    begins = [change.rule.since if isinstance(change, Enter) else change.until for change in draft.text.changes if not isinstance(change, Withdraw)]
    days = [day for day in begins if day is not None]
    return "in_force" if not days or min(days) <= service_day(now) else "approved"


def _typed(form: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value).strip() if name != "lines" else str(value) for name, value in form.items() if isinstance(value, str)}


def _version(typed: Mapping[str, str]) -> int:
    """The version that the page showed; 0, which no draft has, where it says none."""
    version = typed.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def _said(refused: FormRefused | ChangesRefused | DraftRefused) -> tuple[words.Twin, ...]:
    match refused:
        case FormRefused():
            return tuple(rule_words.form_problem_said(problem) for problem in refused.problems)
        case ChangesRefused():
            return tuple(rule_words.problem_said(problem) for problem in refused.problems)
        case _:
            return (rule_words.PROBLEMS[refused.reason],)
