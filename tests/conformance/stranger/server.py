"""A certificate server (証明書発行サーバ) for one municipality, written from docs/protocol alone. 見本.

    python server.py SETTINGS.json

    port, municipality, series, certifier [title, name], font, refused_after (0.7 s), refusals {code: {status, ja, en}} as in 6.2
    tls {certificate, key, authority}, signer {certificate, key, authority, chain}, sealing [keys of referrals, the newest first], statement (is written)
    kinds [{kind, people, yearly, forms {form: [titles]}, options {option: label}, years, copies_max}], state (SQLite file), register (JSON file):
      people [{serial, kinds {kind: {refused} or {texts, members [{id, name, birth, holder, choosable, relation, items {option: [texts]}, refused}]}}, resident {juminhyo_code, birth, …}}]
      former [{id, juminhyo_code, birth, year, kinds}], uses {受付番号: what the clerks decided}, halted (a word, while nothing is issued)

The register is one JSON file, which the municipality's system replaces as a whole (it writes beside and renames): every question is decided from one reading of it. What must outlive the
process (orders, outcomes, numbers, referrals) is in one SQLite file. Papers are drawn and signed in one thread, one after another, and whatever is kept of them is kept by their ids.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import re
import sqlite3
import struct
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from papers import JAPAN, Press, sheets_of
from referrals import Referrals, Signer
from wire import ID, PRINTABLE, Check, Handler, Json, Line, Refused, flag, instant, integer, maybe, record, several, text, visit_key, word

MAKING_WITHIN, MAKING_MAX = 9, 100  # seconds that an asker waits for papers, orders under way
AFTER = {"printed": {"printed"}, "stopped": {"stopped"}}  # what may be told after these outcomes; anything after the others
REGISTERS = {"juminhyo": "residents", "kisai_jiko": "residents", "inkan": "seal", "koseki": "koseki", "fuhyo": "koseki", "kazei": "tax"}
UNKNOWN_THERE = {"inkan": "no_seal", "koseki": "koseki_not_here", "fuhyo": "koseki_not_here", "kazei": "tax_not_here"}
CHOICES = record({"referral": None, "year": None, "vouched_by": None}, visit_id=ID, visit_key=visit_key, serial=text, municipality=text, kind=text, referral=maybe(text),
                 year=maybe(integer), vouched_by=maybe(text))  # fmt: skip
ORDER = record({"by_referral": False}, request_id=ID, visit_id=ID, serial=text, municipality=text, kind=text, form=text, year=maybe(integer), members=several(text), show=several(text),
               register_version=text, papers=several(record(issuance_id=ID, binding=PRINTABLE)), ordered_at=instant, by_referral=flag)  # fmt: skip
OUTCOME = record(issuance_id=ID, request_id=ID, municipality=text, outcome=word("printed|void|stopped|unresolved"), at=instant)
USE = record(serial=text, application=record(application_id=ID, visit_id=ID, kiosk_id=text, municipality=text, honseki=text, hittousha=text, name=text, birth=text, phone=text,
                                             applied_at=instant))  # fmt: skip


class Server:
    def __init__(self, settings: Json) -> None:
        self.settings, self.municipality = settings, settings["municipality"]
        self.kinds: dict[str, Json] = {kind["kind"]: kind for kind in settings["kinds"]}
        files = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
        build = hashlib.sha256(files + json.dumps([settings["kinds"], settings["certifier"]]).encode()).hexdigest()
        self.declared = {"program": f"stranger/1.0+{build[:12]}", "topology": "processes=1 database=sqlite"}
        self.signer = Signer(settings)
        self.press = Press(settings, self.signer.key)
        self.making: dict[str, asyncio.Task[None]] = {}
        self.seen = b""
        self.content: Json = {}
        self.db = sqlite3.connect(settings["state"], isolation_level=None)
        self.db.executescript("""
            CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER);
            CREATE TABLE IF NOT EXISTS states (entry TEXT PRIMARY KEY, digest TEXT, version INTEGER);
            CREATE TABLE IF NOT EXISTS orders (request_id TEXT PRIMARY KEY, content TEXT, papers TEXT);
            CREATE TABLE IF NOT EXISTS papers (issuance_id TEXT PRIMARY KEY, request_id TEXT, outcome TEXT);
            CREATE TABLE IF NOT EXISTS uses (application_id TEXT PRIMARY KEY, serial TEXT, content TEXT, answer TEXT);
            """)
        self.referrals = Referrals(self.signer, self.db)

    def row(self, query: str, *values: Any) -> Any:
        return self.db.execute(query, values).fetchone()

    def count(self, name: str, least: int = 0) -> int:
        self.db.execute("INSERT INTO counters VALUES (?, 0) ON CONFLICT DO NOTHING", (name,))
        return int(self.row("UPDATE counters SET value = max(value + 1, ?) WHERE name = ? RETURNING value", least, name)[0])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # who and what: every decision is made from one reading of the register

    def register(self) -> Json:
        try:
            raw = Path(self.settings["register"]).read_bytes()
            if raw != self.seen:
                self.content, self.seen = json.loads(raw), raw
        except (OSError, ValueError):
            raise Refused("data_stale") from None
        return self.content

    def version(self, name: str, entry: Json) -> str:
        """Another word for each state of an entry, never an old one again."""
        digest = hashlib.sha256(json.dumps([entry, self.declared["program"]]).encode()).hexdigest()
        known = self.row("SELECT digest, version FROM states WHERE entry = ?", name)
        if known is None or known[0] != digest:
            known = (digest, self.count("version"))
            self.db.execute("INSERT OR REPLACE INTO states VALUES (?, ?, ?)", (name, *known))
        return f"v{known[1]}"

    def addressed(self, municipality: str, kinds: Iterable[str] = ()) -> None:
        if municipality != self.municipality:
            raise Refused("municipality_unknown")
        if any(kind not in self.kinds for kind in kinds):
            raise Refused("kind_unknown")

    def entry(self, register: Json, message: Json, former: str | None) -> tuple[Json, str]:
        """What the register holds of this person for this kind, and the version of it."""
        if register.get("halted"):
            raise Refused("stopped_now")
        kind = message["kind"]
        person = person_of(register, message["serial"]) if former is None else next((one for one in register["former"] if one["id"] == former), None)
        if person is None:
            raise Refused("not_registered" if former is None else "not_found_there")
        entry: Json = person["kinds"].get(kind) or {"refused": UNKNOWN_THERE.get(kind, "not_registered")}
        holder = [one for one in entry.get("members", ()) if one["holder"]]
        if "refused" in entry or not self.printable(entry, holder):
            raise Refused(entry.get("refused", "not_issuable"))
        return entry, self.version(f"{former or message['serial']} {kind}", entry)

    def printable(self, entry: Json, members: list[Json]) -> bool:
        values = list(entry.get("texts", ()))
        for one in members:
            values += [one["name"], one["birth"], *(value for items in one.get("items", {}).values() for value in items)]
        return all(self.press.prints(value) for value in values)

    async def choices(self, message: Json) -> Json:
        self.addressed(message["municipality"], [message["kind"]])
        kind = self.kinds[message["kind"]]
        register = self.register()
        former = None
        if message["referral"] is not None:
            if not self.signer.sealing or not kind["yearly"]:
                raise Refused("wide_not_joined")
            former = self.referrals.shown(register.get("former", []), max(kind["years"]), message)
        entry, version = self.entry(register, message, former)
        members = [
            {**{name: one.get(name, default) for name, default in (("relation", ""), ("choosable", True), ("holder", False))}, "member_id": one["id"], "name": one["name"],
             "fingerprint": fingerprint(message["visit_key"], one["name"], one["birth"])}
            for one in entry["members"]
        ]  # fmt: skip
        years = sorted(kind["years"], reverse=True) if former is None else [message["year"]]
        return {"visit_id": message["visit_id"], "kind": message["kind"], "members": members, "forms": [*kind["forms"]], "years": years, "options": [*kind["options"]],
                "copies_max": kind["copies_max"], "register_version": version, "declared": self.declared}  # fmt: skip

    def decided(self, order: Json) -> tuple[Json, list[Json]]:
        """The entry and the chosen members, in the paper's order; or why not."""
        former, kind = None, self.kinds[order["kind"]]
        if order["by_referral"]:
            former = self.referrals.usable(order)
        entry, version = self.entry(self.register(), order, former)
        offered, wanted = entry["members"], order["members"]
        chosen = [one for one in offered if one["id"] in wanted]
        refused = {one["refused"] for one in chosen if one.get("refused")} | (set() if self.printable(entry, chosen) else {"not_issuable"})
        if refused:
            raise Refused("not_issuable" if "not_issuable" in refused else min(refused))
        if order["register_version"] != version:
            raise Refused("register_changed")
        everybody = len(chosen) == len(offered)
        if not chosen or len(chosen) != len(wanted) or not (everybody or all(one.get("choosable", True) for one in chosen)):
            raise Refused("members_invalid")
        if (kind["people"] == "holder" and chosen != [one for one in offered if one["holder"]]) or (
            kind["people"] == "all_or_one" and not everybody and len(chosen) != 1
        ):
            raise Refused("members_invalid")
        if order["form"] not in kind["forms"]:
            raise Refused("form_invalid")
        if len(set(order["show"])) != len(order["show"]) or set(order["show"]) - set(kind["options"]):
            raise Refused("options_invalid")
        if former is None and order["year"] not in (kind["years"] if kind["yearly"] else [None]):
            raise Refused("year_invalid")
        if not 1 <= len(order["papers"]) <= kind["copies_max"] or len({paper["issuance_id"] for paper in order["papers"]}) != len(order["papers"]):
            raise Refused("copies_invalid")
        return entry, chosen

    # orders

    async def order(self, order: Json) -> Json:
        self.addressed(order["municipality"], [order["kind"]])
        request_id, content = order["request_id"], json.dumps(order)
        while True:  # what was true before the papers were made is asked again afterwards
            known = self.row("SELECT content, papers FROM orders WHERE request_id = ?", request_id)
            owners = [self.row("SELECT request_id FROM papers WHERE issuance_id = ?", paper["issuance_id"]) for paper in order["papers"]]
            if (known and known[0] != content) or any(owner and owner[0] != request_id for owner in owners):
                raise Refused("request_altered")
            told = self.told(request_id)
            if told:
                raise Refused("already_printed" if known and "printed" in told else "request_closed")
            entry, chosen = self.decided(order)
            if known and known[1]:
                return {"request_id": request_id, "papers": json.loads(known[1]), "declared": self.declared}
            if request_id not in self.making:
                if len(self.making) >= MAKING_MAX:
                    raise Refused("busy")
                self.making[request_id] = asyncio.create_task(self.make(order, self.claimed(order, content), entry, chosen))
                self.making[request_id].add_done_callback(lambda _: self.making.pop(request_id))
            # an asker who hangs up, or the time, ends the waiting and not the making
            await asyncio.wait_for(asyncio.shield(self.making[request_id]), MAKING_WITHIN)

    def claimed(self, order: Json, content: str) -> list[str]:
        """The order becomes known and takes its numbers, and its referral, at once."""
        least, numbers = int(datetime.now(JAPAN).strftime("%Y%m%d000001")), []
        with self.transaction():
            self.db.execute("INSERT OR REPLACE INTO orders VALUES (?, ?, NULL)", (order["request_id"], content))
            for paper in order["papers"]:
                self.db.execute("INSERT OR IGNORE INTO papers VALUES (?, ?, NULL)", (paper["issuance_id"], order["request_id"]))
                day, number = divmod(self.count("number", least), 1_000_000)
                numbers.append(f"{day} {self.settings['series']} {number:06d}")
            if order["by_referral"]:
                self.referrals.used(order)
        return numbers

    async def make(self, order: Json, numbers: list[str], entry: Json, chosen: list[Json]) -> None:
        loop, today, made = asyncio.get_running_loop(), datetime.now(JAPAN).date(), []
        for paper, number in zip(order["papers"], numbers, strict=True):
            sheets = sheets_of(self.kinds[order["kind"]], order, entry, chosen, self.settings["certifier"], today, number, paper["binding"])
            face = await loop.run_in_executor(self.press.thread, self.press.paper, sheets)
            made.append(
                {"issuance_id": paper["issuance_id"], "number": number, "sheets": len(sheets), "face": base64.b64encode(face).decode(), "codes": []}
            )
        if not self.told(order["request_id"]):
            self.db.execute("UPDATE orders SET papers = ? WHERE request_id = ?", (json.dumps(made), order["request_id"]))

    def told(self, request_id: str) -> set[str]:
        return {row[0] for row in self.db.execute("SELECT outcome FROM papers WHERE request_id = ? AND outcome IS NOT NULL", (request_id,))}

    async def outcome(self, message: Json) -> Json:
        self.addressed(message["municipality"])
        request_id, issuance_id = message["request_id"], message["issuance_id"]
        known = self.row("SELECT request_id, outcome FROM papers WHERE issuance_id = ?", issuance_id)
        ordered = self.row("SELECT 1 FROM orders WHERE request_id = ?", request_id)
        if (
            (known and known[0] != request_id)
            or (ordered and not known)
            or (known and message["outcome"] not in AFTER.get(known[1], {message["outcome"]}))
        ):
            raise Refused("request_altered")
        with self.transaction():
            self.db.execute("INSERT OR REPLACE INTO papers VALUES (?, ?, ?)", (issuance_id, request_id, message["outcome"]))
            self.db.execute("UPDATE orders SET papers = NULL WHERE request_id = ?", (request_id,))
        return {"issuance_id": issuance_id}

    # optional: condition, inventory, 利用登録 (12)

    async def condition(self, message: Json) -> Json:
        self.addressed(message["municipality"])
        registers = [{"register": register, "as_of": None} for register in sorted({REGISTERS[kind] for kind in self.kinds})]
        try:
            halted = self.register().get("halted")
        except Refused as refused:
            halted = refused.code
        return {"municipality": self.municipality, "declared": self.declared, "kinds": [*self.kinds], "registers": registers, "halted": halted}

    async def inventory(self, message: Json) -> Json:
        self.addressed(message["municipality"], message["kinds"] or [""])
        entries = [
            (one["serial"], kind, one["kinds"][kind]) for one in self.register()["people"] for kind in message["kinds"] if kind in one["kinds"]
        ]
        members = [(kind, one) for _, kind, entry in entries for one in entry.get("members", ())]
        sections: dict[str, list[Any]] = {
            "bindings": [(serial, kind, one["id"]) for serial, kind, entry in entries for one in entry.get("members", ()) if one["holder"]],
            "certifier": self.settings["certifier"],
            "forms": [(kind, form, self.kinds[kind]) for kind in message["kinds"] for form in self.kinds[kind]["forms"]],
            "people": [(kind, one["id"], one["name"], one["birth"], one.get("items")) for kind, one in members],
            "seal": [self.municipality],
            "stops": [(serial, kind, entry["refused"]) for serial, kind, entry in entries if "refused" in entry]
            + [(kind, one["id"]) for kind, one in members if one.get("refused")],
        }
        told = []
        for section, things in sorted(sections.items()):
            items = sorted({json.dumps(thing, ensure_ascii=False) for thing in things})
            digest = hmac.new(message["nonce"].encode(), b"".join(hashlib.sha256(item.encode()).digest() for item in items), "sha256").hexdigest()
            told.append({"section": section, "count": len(items), "digest": digest})
        return {"municipality": self.municipality, "series": self.settings["series"], "declared": self.declared, "sections": told}

    async def use(self, message: Json) -> Json:
        asked, serial = message["application"], message["serial"]
        self.addressed(asked["municipality"])
        before = self.row("SELECT content, answer FROM uses WHERE application_id = ?", asked["application_id"])
        if before and before[0] != json.dumps(message):
            raise Refused("request_altered")
        if before:
            return dict(json.loads(before[1]))
        if "koseki" not in self.kinds:
            raise Refused("use_not_taken")
        today = datetime.now(JAPAN).date()
        try:
            born = date.fromisoformat(word(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")(asked["birth"]))
        except ValueError:
            raise Refused("use_incomplete", "birth") from None
        texts = all(asked[name].strip() and len(asked[name]) <= 60 for name in ("honseki", "hittousha", "name"))
        if (
            not texts
            or not date(1868, 1, 25) <= born <= today
            or not re.fullmatch("[0-9]{10,11}", asked["phone"].replace("-", ""))
            or not re.fullmatch("[1-9a-f][0-9a-f]{0,39}", serial)
        ):
            raise Refused("use_incomplete")
        person = person_of(self.register(), serial)
        if person and {"juminhyo", "kisai_jiko", "inkan"} & person["kinds"].keys():
            raise Refused("use_not_needed")
        if person or any(
            self.use_state(*row)["state"] == "received" for row in self.db.execute("SELECT answer, '' FROM uses WHERE serial = ?", (serial,))
        ):
            raise Refused("use_pending")
        expected, days = today, 0
        while days < 5:
            expected += timedelta(days=1)
            days += expected.weekday() < 5
        answer = {
            "visit_id": asked["visit_id"],
            "number": f"利用-{self.count('use'):06d}",
            "received_on": today.isoformat(),
            "expected_by": expected.isoformat(),
        }
        self.db.execute("INSERT INTO uses VALUES (?, ?, ?, ?)", (asked["application_id"], serial, json.dumps(message), json.dumps(answer)))
        return answer

    def use_state(self, answer: str, visit_id: str) -> Json:
        """What the clerks decided stands in the register under the 受付番号."""
        taken = json.loads(answer)
        return {
            **taken,
            "state": "received",
            "usable_from": None,
            "reason": None,
            **self.register().get("uses", {}).get(taken["number"], {}),
            "visit_id": visit_id,
        }

    async def use_status(self, message: Json) -> Json:
        self.addressed(message["municipality"])
        last = self.row("SELECT answer FROM uses WHERE serial = ? ORDER BY rowid DESC", message["serial"])
        if last is None:
            return {
                "visit_id": message["visit_id"],
                "state": "none",
                **dict.fromkeys(("number", "received_on", "expected_by", "usable_from", "reason")),
            }
        return self.use_state(last[0], message["visit_id"])

    async def vouch(self, asked: Json) -> Json:
        self.addressed(asked["municipality"], [asked["kind"]])
        if not self.kinds[asked["kind"]]["yearly"]:
            raise Refused("kind_unknown")
        return self.referrals.vouch(person_of(self.register(), asked["serial"]), asked)

    def routes(self) -> dict[str, tuple[Check, Handler]]:
        served: dict[str, tuple[Check, Handler]] = {
            "/v1/choices": (CHOICES, self.choices),
            "/v1/orders": (ORDER, self.order),
            "/v1/outcomes": (OUTCOME, self.outcome),
            "/v1/conditions": (record(municipality=text), self.condition),
            "/v1/inventories": (record(municipality=text, kinds=several(text), nonce=text), self.inventory),
            "/v1/uses": (USE, self.use),
            "/v1/uses/status": (record(visit_id=ID, serial=text, municipality=text), self.use_status),
        }
        if self.signer.sealing:
            served["/v1/referrals"] = (
                record(visit_id=ID, serial=text, municipality=text, to=text, kind=text, year=integer, recipient=text),
                self.vouch,
            )
        return served


def person_of(register: Json, serial: str) -> Json | None:
    return next((one for one in register["people"] if one["serial"] == serial), None)


def fingerprint(key: bytes, name: str, birth: str) -> str:
    parts = [value.encode() for value in (name, birth)]
    return hmac.new(key, b"konbini fingerprint 1" + b"".join(struct.pack(">I", len(part)) + part for part in parts), "sha256").hexdigest()


async def main(settings: Json) -> None:
    server = Server(settings)
    listening = await Line(server.routes(), settings["refusals"], settings["refused_after"]).listen(settings["tls"], settings["port"])
    print(listening.sockets[0].getsockname()[1], flush=True)
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_bytes())))
