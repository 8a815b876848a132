"""Somebody who stands at a terminal: looks at the panel, touches it, lays down a card, inserts coins, takes what comes out.

It uses what a person has, eyes and hands, and nothing else, decides from what the panel shows, and leaves the machine as it found it: at the main menu, with nothing lying about.
"""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp

from simulation.reading_panel import NotOnKeyboard, birth_digits, greyed, keys_for, on_january_1, sentence_of, towards
from simulation.wishes import Json, MachineDown, NotServed, Paper, Visited, Wish

COINS = (1000, 500, 100, 50, 10)
VISIT_SECONDS = 240.0
DARK_SECONDS = 0.3


class Hands(Protocol):
    """What eyes and hands can do at one terminal; bodies and answers as `kiosk.app` describes them."""

    async def look(self, seen: int | None) -> Json:
        """The view, or the next one after version `seen`. Raises `NotServed` or `MachineDown`."""
        ...

    async def do(self, method: str, path: str, body: Json | None) -> Json:
        """A touch, a card, a coin, a hand in a tray. Raises `NotServed` or `MachineDown`."""
        ...


class Person:
    """One visit by somebody with these hands."""

    def __init__(self, hands: Hands, wish: Wish) -> None:
        self._hands = hands
        self._wish = wish
        self._begun = False
        self._tried_pin = False
        self._asked = False
        self.screen = ""
        self.outcome = Visited()

    async def visit(self) -> Visited:
        """Go through the whole visit; raises `NotServed` when the machine does not let it begin or end.

        When the machine goes dark the person waits for it to come back, and takes what it gives.
        """
        try:
            async with asyncio.timeout(VISIT_SECONDS):
                while not await self._went():  # noqa: ASYNC110 - the machine cannot tell when it comes back
                    await asyncio.sleep(DARK_SECONDS)
        except TimeoutError:
            raise NotServed("no_end", screen=self.screen) from None
        return self.outcome

    async def _went(self) -> bool:
        """Whether the visit came to its end; not if the machine went dark."""
        try:
            await self._go()
        except MachineDown as down:
            self.outcome.papers.extend(down.in_hand)
            self.outcome.went_dark += 1
            return False
        return True

    async def _go(self) -> None:
        view = await self._hands.look(None)
        while True:
            self.screen = view["screen"]
            if self.screen == "menu" and self._begun:
                return
            act = getattr(self, f"_on_{self.screen}", None)
            view = await act(view) if act is not None else await self._newer(view)

    # --- what is done on each screen ---

    async def _on_menu(self, view: Json) -> Json:
        if not view["data"].get("ready", True):
            raise NotServed("busy")
        self._begun = True
        return await self._touch("start")

    async def _on_service(self, _view: Json) -> Json:
        return await self._touch("issue")

    async def _on_consent(self, _view: Json) -> Json:
        return await self._touch("agree") if self.outcome.refusal is None else await self._touch("cancel")

    async def _on_place(self, view: Json) -> Json:
        if self.outcome.refusal is not None:
            return await self._touch("cancel")
        if view["data"]["doors"] and view["data"]["door"] != self._wish.door:
            return await self._touch("door", self._wish.door)
        return await self._look_for(view, self._wish.municipality, "municipality_unknown")

    async def _look_for(self, view: Json, code: str, unknown: str) -> Json:
        closed = greyed(view["data"], code)
        if closed is not None:
            view = await self._leave_because({"not_joined": "wide_not_joined"}.get(closed["closed"], "kind_unknown"))
            self.outcome.sentence += closed["write_to"] and f"請求先: {closed['write_to']}"
            return view
        touch = towards(view["data"], code)
        return await (self._leave_because(unknown) if touch is None else self._touch(*touch))

    async def _on_card(self, _view: Json) -> Json:
        if self.outcome.refusal is not None:
            return await self._touch("cancel")
        return await self._hand("POST", "card", {"holder": self._wish.card})

    async def _on_pin(self, view: Json) -> Json:
        if self._tried_pin:
            notice = view.get("notice") or {}
            self.outcome.tries_left = view["data"].get("tries_left")
            return await self._leave_because(notice.get("code", "pin_wrong"))
        if len(self._wish.pin) != 4 or not self._wish.pin.isdigit():
            return await self._leave_because("pin_malformed")
        for digit in self._wish.pin:
            await self._touch("digit", digit)
        self._tried_pin = True
        return await self._touch("confirm")

    async def _on_remove_card(self, _view: Json) -> Json:
        return await self._hand("DELETE", "card", None)

    async def _on_kinds(self, view: Json) -> Json:
        if self.outcome.refusal is not None:
            return await self._touch("cancel")
        if self._asked:  # the panel came back to the list: what was chosen is not to be had
            notice = view.get("notice") or {}
            return await self._leave_because(notice.get("code", "refused"), notice.get("ja", ""))
        self._asked = True
        if self._wish.kind == "use":
            return await (self._touch("use") if view["data"]["use"] is not None else self._leave_because("use_not_taken"))
        offers = {offer["kind"]: offer for offer in view["data"]["kinds"]}
        offer = offers.get(self._wish.kind)
        if offer is None:
            return await self._leave_because("kind_unknown")
        if not offer["open"]:
            return await self._leave_because("stopped_now" if offer["because"] == "stopped" else "closed_now")
        return await self._touch("kind", self._wish.kind)

    # --- 課税証明書の広域交付 ---

    async def _on_january_1(self, view: Json) -> Json:
        notice = view.get("notice") or {}
        if notice.get("code") in ("abroad_on_january_1", "unborn_on_january_1"):
            return await self._leave_because(notice["code"])
        touch = on_january_1(view["data"], self._wish.year, self._wish.january, self._wish.municipality)
        return await (self._leave_because(touch) if isinstance(touch, str) else self._touch(*touch))

    async def _on_wide_place(self, view: Json) -> Json:
        if self.outcome.refusal is not None:
            return await self._touch("cancel")
        return await self._look_for(view, self._wish.january, "municipality_unknown")

    # --- 本籍地利用登録 ---

    async def _on_use_status(self, view: Json) -> Json:
        if self.outcome.refusal is not None:
            return await self._touch("cancel")
        self.outcome.use = dict(view["data"])
        if self._wish.use is None:
            return await self._touch("finish")
        if not view["data"]["may_apply"]:
            return await self._leave_because("use_pending" if view["data"]["open"] else "closed_now")
        return await self._touch("next")

    async def _on_use_honseki(self, view: Json) -> Json:
        return await self._type(view, "" if self._wish.use is None else self._wish.use.honseki)

    async def _on_use_hittousha(self, view: Json) -> Json:
        return await self._type(view, "" if self._wish.use is None else self._wish.use.hittousha)

    async def _on_use_name(self, view: Json) -> Json:
        return await self._type(view, "" if self._wish.use is None else self._wish.use.name)

    async def _on_use_birth(self, view: Json) -> Json:
        await self._touch("era", "western")
        return await self._type(view, "" if self._wish.use is None else birth_digits(self._wish.use.birth))

    async def _on_use_phone(self, view: Json) -> Json:
        return await self._type(view, "" if self._wish.use is None else self._wish.use.phone)

    async def _type(self, view: Json, text: str) -> Json:
        try:
            keys = list(keys_for(text, view["data"]["keys"]))
        except NotOnKeyboard:
            return await self._leave_because("use_incomplete")
        for key in keys:
            view = await self._touch("key", key)
        return await (self._touch("next") if view["data"]["ready"] else self._leave_because("use_incomplete"))

    async def _on_use_review(self, view: Json) -> Json:
        notice = view.get("notice")
        return await (self._touch("apply") if notice is None else self._leave_because(notice["code"], notice.get("ja", "")))

    async def _on_use_received(self, view: Json) -> Json:
        self.outcome.use = dict(view["data"])
        return await self._touch("finish")

    # --- the paper ---

    async def _on_members(self, view: Json) -> Json:
        scope = {"all": "everyone", "self": "only_me"}.get(str(self._wish.members), "some")
        return await (self._touch(scope) if scope in view["data"]["scopes"] else self._leave_because("members_invalid"))

    async def _on_members_pick(self, view: Json) -> Json:
        offered = {member["id"]: member["chosen"] for member in view["data"]["members"]}
        if not self._wish.members or any(member not in offered for member in self._wish.members):
            return await self._leave_because("members_invalid")
        for member, chosen in offered.items():
            if chosen != (member in self._wish.members):
                await self._touch("member", member)
        return await self._touch("next")

    async def _on_options(self, view: Json) -> Json:
        offered = {option["code"]: option["chosen"] for option in view["data"]["options"]}
        if any(option not in offered for option in self._wish.show):
            return await self._leave_because("options_invalid")
        if self._wish.form and self._wish.form not in [form["code"] for form in view["data"]["forms"]]:
            return await self._leave_because("form_invalid")
        if self._wish.year is not None and self._wish.year not in [year["year"] for year in view["data"]["years"]]:
            return await self._leave_because("year_invalid")
        if self._wish.form:
            await self._touch("form", self._wish.form)
        if self._wish.year is not None:
            await self._touch("year", self._wish.year)
        for option, chosen in offered.items():
            if chosen != (option in self._wish.show):
                await self._touch("option", option)
        return await self._touch("next")

    def _missed(self, chosen: Json) -> str | None:
        """What the panel did not let the visitor ask for, where it has nothing to choose from."""
        forms = [form["code"] for form in chosen["forms"] if form["chosen"]]
        years = [year["year"] for year in chosen["years"] if year["chosen"]]
        if chosen["chosen"] == "holder" and isinstance(self._wish.members, tuple):
            return "members_invalid"
        if set(chosen["shown"]) != set(self._wish.show):
            return "options_invalid"
        if self._wish.form and forms != [self._wish.form]:
            return "form_invalid"
        return "year_invalid" if self._wish.year is not None and years != [self._wish.year] else None

    async def _on_copies(self, view: Json) -> Json:
        missed = self._missed(view["data"])
        if missed is not None:
            return await self._leave_because(missed)
        if not 1 <= self._wish.copies <= view["data"]["copies_max"]:
            return await self._leave_because("copies_invalid")
        if self._wish.copies != view["data"]["copies"]:
            await self._touch("copies", self._wish.copies)
        return await self._touch("next")

    async def _on_review(self, _view: Json) -> Json:
        return await self._touch("apply")

    async def _on_payment(self, view: Json) -> Json:
        missing = view["data"]["missing_yen"]
        coin = next((coin for coin in COINS if coin <= missing), COINS[-1])
        if missing <= 0:
            return await self._newer(view)
        answer = await self._send("POST", "coins", {"yen": coin})
        if not answer["accepted"]:
            raise NotServed("coin_refused", reason=answer["reason"])
        self.outcome.inserted_yen += coin
        return self._view_in(answer)

    async def _on_take_papers(self, _view: Json) -> Json:
        await self._take_money()
        return await self._take_papers()

    async def _on_receipt(self, view: Json) -> Json:
        self.outcome.reference = view["data"].get("reference", "")
        self.outcome.receipt = view["data"].get("receipt") or self.outcome.receipt
        return await self._touch("finish")

    async def _on_thanks(self, _view: Json) -> Json:
        return await self._touch("finish")

    async def _on_refused(self, view: Json) -> Json:
        self._note_refusal(view)
        return await self._touch("finish")

    async def _on_returned(self, view: Json) -> Json:
        self._note_refusal(view)
        self.outcome.reference = view["data"].get("reference", "")
        await self._take_money()
        return await self._touch("finish")

    async def _on_recovered(self, view: Json) -> Json:
        self._begun = True
        self.outcome.settled = list(view["data"].get("settled", ()))
        await self._take_money()
        return await self._touch("finish")

    async def _on_leaving(self, view: Json) -> Json:
        self._begun = True
        machine = view["machine"]
        if machine["card"]:
            return await self._hand("DELETE", "card", None)
        if machine["return_yen"]:
            return await self._take_money()
        if machine["tray_sheets"]:
            return await self._take_papers()
        return await self._newer(view)

    # --- hands ---

    async def _leave_because(self, code: str, sentence: str = "") -> Json:
        self.outcome.refusal = code
        self.outcome.sentence = sentence or sentence_of(code)
        return await self._touch("cancel")

    def _note_refusal(self, view: Json) -> None:
        notice: Mapping[str, Any] = view.get("notice") or {}
        self.outcome.refusal = self.outcome.refusal or notice.get("code", "refused")
        self.outcome.sentence = self.outcome.sentence or notice.get("ja", "") or sentence_of(self.outcome.refusal)

    async def _take_money(self) -> Json:
        answer = await self._send("POST", "return-tray/take", None)
        self.outcome.returned_yen += answer["yen"]
        return self._view_in(answer)

    async def _take_papers(self) -> Json:
        answer = await self._send("POST", "tray/take", None)
        for paper in answer["papers"]:
            self.outcome.papers.append(Paper(paper["issuance_id"], paper["sheets"], _bytes(paper["face"]), _bytes(paper["back"])))
        self.outcome.receipt = answer["receipt"] or self.outcome.receipt
        return self._view_in(answer)

    async def _touch(self, event: str, value: str | int = "") -> Json:
        return await self._hand("POST", "events", {"event": event, "value": value} if value != "" else {"event": event})

    async def _hand(self, method: str, path: str, body: Json | None) -> Json:
        return self._view_in(await self._send(method, path, body))

    def _view_in(self, answer: Json) -> Json:
        view: Json = answer["view"]
        return view

    async def _newer(self, view: Json) -> Json:
        return await self._hands.look(view["version"])

    async def _send(self, method: str, path: str, body: Json | None) -> Json:
        return await self._hands.do(method, path, body)


class HttpHands:
    """Eyes and hands over the kiosk's own door; `url` is …/terminals/ID."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def look(self, seen: int | None) -> Json:
        """See `Hands.look`."""
        return await self._asked("GET", "view", {} if seen is None else {"seen": str(seen)}, None)

    async def do(self, method: str, path: str, body: Json | None) -> Json:
        """See `Hands.do`."""
        return await self._asked(method, path, {}, body)

    async def _asked(self, method: str, path: str, params: dict[str, str], body: Json | None) -> Json:
        try:
            async with self._session.request(method, f"{self._url}/{path}", params=params, json=body) as answer:
                said: Json = await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise MachineDown from None
        if answer.status != 200:
            raise NotServed(said.get("code", "failed"), detail=said.get("detail", ""))
        return said


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


class Visitor(Person):
    """Somebody who comes to a real terminal over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str, wish: Wish) -> None:
        super().__init__(HttpHands(session, url), wish)
