"""What is seen of one terminal, as JSON: the screen with its data, the alarm, and the machine around the panel.

Pure reading: it changes nothing. The page draws exactly this and decides nothing. Names stand only on the screen on which members must be picked;
a PIN never does, only how many digits of it have been touched.
"""

from collections.abc import Callable, Mapping
from typing import Any

from certificates.kinds import KINDS
from certificates.wareki import fiscal_year
from kiosk import places
from kiosk.place_view import elsewhere_seen, entry_seen, january_1_seen, place_seen, wide_place_seen
from kiosk.receipt import reference_of, title_of
from kiosk.selection import Scope, Selection, choosable, kinds_listed, lists_everybody, options_shown, scopes_offered
from kiosk.session import Notice, Session
from kiosk.terminal import Terminal
from kiosk.use_view import field_seen, received_seen, status_seen, use_offered, use_review_seen
from kiosk.visit import TABLE, TOUCHES, TYPING, WITH_CARD, Screen

Json = dict[str, Any]

STEPS: Mapping[Screen, int] = {
    Screen.CARD: 1, Screen.OPENING: 1, Screen.PIN: 1, Screen.CHECKING: 1, Screen.REMOVE_CARD: 1, Screen.ADMITTING: 1,
    Screen.KINDS: 2, Screen.JANUARY_1: 2, Screen.WIDE_PLACE: 2, Screen.LOOKING_UP: 2, Screen.MEMBERS: 2, Screen.MEMBERS_PICK: 2, Screen.OPTIONS: 2, Screen.COPIES: 2,
    Screen.REVIEW: 3, Screen.REQUESTING: 3,
    Screen.PAYMENT: 4, Screen.COLLECTING: 4,
    Screen.PRINTING: 5, Screen.TAKE_PAPERS: 5, Screen.RECEIPT: 5,
}  # fmt: skip
"""本人確認, 内容の選択, 内容確認, お支払い, 印刷: how far the resident has come."""


def view_of(terminal: Terminal) -> Json:
    """The whole view; `version` grows with each change."""
    session = terminal.session
    return {
        "terminal": terminal.machine.terminal_id,
        "version": terminal.watchers.version,
        "screen": str(terminal.screen),
        "step": STEPS.get(terminal.screen, 0),
        "language": terminal.language,
        "warned": session.warned,
        "notice": _notice(session.notice),
        "alarm": _alarm(terminal),
        "touches": [str(event) for event in TOUCHES_ON[terminal.screen]],
        "data": _DATA.get(terminal.screen, _nothing)(terminal, session),
        "machine": _machine(terminal),
    }


TOUCHES_ON = {screen: sorted(event for event in TOUCHES if (screen, event) in TABLE) for screen in Screen}
"""The touches that each screen takes."""


def _notice(notice: Notice | None) -> Json | None:
    if notice is None:
        return None
    sentences = {} if notice.refusal is None else {"ja": notice.refusal.ja, "en": notice.refusal.en}
    opens_at = None if notice.opens_at is None else notice.opens_at.isoformat(timespec="minutes")
    place = {} if notice.place is None else {"place": entry_seen(notice.place)}
    return {"code": notice.code, "yen": notice.yen, "opens_at": opens_at, **sentences, **place}


def _alarm(terminal: Terminal) -> str | None:
    if terminal.screen in WITH_CARD or terminal.screen is Screen.MENU or terminal.session.silenced:
        return None
    left = terminal.left_behind()
    if left == "card" or terminal.screen is Screen.LEAVING or (left == "papers" and terminal.screen is Screen.TAKE_PAPERS):
        return left
    return None


def _machine(terminal: Terminal) -> Json:
    machine = terminal.machine
    return {
        "operator": machine.operator,
        "place": {"ja": machine.place_ja, "en": machine.place_en},
        "profile": machine.profile,
        "card": machine.slot.occupied,
        "coins_open": terminal.screen is Screen.PAYMENT,
        "exact_only": machine.coin_box.exact_only(),
        "return_yen": machine.coin_box.return_tray(),
        "tray_sheets": len(machine.printer.tray()),
        "tray_open": terminal.screen is not Screen.PRINTING,
        "receipt": terminal.session.receipt is not None,
        "printer": "jammed" if machine.printer.jammed() else "empty" if machine.printer.paper() == 0 else "ready",
    }


def _nothing(_terminal: Terminal, _session: Session) -> Json:
    return {}


def _menu(terminal: Terminal, _session: Session) -> Json:
    return {"ready": terminal.machine.can_print}


def _card(_terminal: Terminal, session: Session) -> Json:
    return {"municipality": entry_seen(session.selection.municipality), "only": places.only(session.directory) is not None}


def _pin(_terminal: Terminal, session: Session) -> Json:
    return {"digits": len(session.pin), "tries_left": session.tries_left}


def _kinds(_terminal: Terminal, session: Session) -> Json:
    offers = kinds_listed(session.selection)
    return {
        "municipality": entry_seen(session.selection.municipality),
        "door": session.selection.door,
        "use": use_offered(session),
        "nothing_open": not any(offer.open for offer in offers),
        "kinds": [
            {
                **_kind(offer.kind),
                "fee_yen": min((fee.fee_yen for fee in offer.fees), default=0),
                "fee_varies": len({fee.fee_yen for fee in offer.fees}) > 1,
                "priced": bool(offer.fees),
                "open": offer.open,
                "because": offer.because,
                "opens_at": None if offer.opens_at is None else offer.opens_at.isoformat(timespec="minutes"),
            }
            for offer in offers
        ],
    }


def _kind(code: str) -> Json:
    return {"kind": code, "title": KINDS[code].title, "title_en": KINDS[code].title_en}


def _issued(selection: Selection) -> Json:
    """What the certificate is called as it is chosen so far."""
    assert selection.offer is not None
    kind = KINDS[selection.offer.kind]
    title = title_of(kind.code, selection.form, everybody=lists_everybody(selection))
    return {"ja": title, "en": kind.title_en if title == kind.title else kind.form(selection.form).en}


def _chosen(_terminal: Terminal, session: Session) -> Json:
    """What has been chosen so far, for the schematic of the paper and the review: counts and labels, never names."""
    selection = session.selection
    if selection.offer is None or selection.choices is None:
        return {}
    kind = KINDS[selection.offer.kind]
    return {
        **_kind(kind.code),
        "issued": _issued(selection),
        "municipality": entry_seen(selection.issuing),
        "elsewhere": elsewhere_seen(selection),
        "household": len(selection.choices.members),
        "chosen": kind.chosen,
        "scopes": [str(scope) for scope in scopes_offered(selection)],
        "forms": [
            {
                "code": fee.form,
                "ja": kind.form(fee.form).ja,
                "en": kind.form(fee.form).en,
                "fee_yen": fee.fee_yen,
                "chosen": fee.form == selection.form,
            }
            for fee in selection.choices.forms
        ],
        "years": [{"year": year, "ja": fiscal_year(year), "en": f"FY {year}", "chosen": year == selection.year} for year in selection.choices.years],
        "scope": None if selection.scope is None else str(selection.scope),
        "listed": len(selection.members),
        "options": [
            {"code": code, "ja": kind.option(code).ja, "en": kind.option(code).en, "chosen": code in selection.show}
            for code in selection.choices.options
        ],
        "shown": list(options_shown(selection)),
        "copies": selection.copies,
        "copies_max": selection.choices.copies_max,
        "fee_yen": selection.fee_yen,
        "total_yen": selection.total_yen,
    }


def _members_pick(terminal: Terminal, session: Session) -> Json:
    members = choosable(session.selection) if session.selection.scope is Scope.SOME else ()
    return {
        **_chosen(terminal, session),
        "members": [
            {
                "id": member.member_id,
                # An unattended screen shows nobody's name.
                "name": "" if session.warned else member.name,
                "relation": member.relation,
                "holder": member.holder,
                "chosen": member.member_id in session.selection.members,
            }
            for member in members
        ],
    }


def _payment(terminal: Terminal, session: Session) -> Json:
    total_yen = 0 if session.ready is None else session.ready.total_yen
    return {
        **_chosen(terminal, session),
        "inserted_yen": session.inserted_yen,
        "missing_yen": max(0, total_yen - session.inserted_yen),
        "exact_only": terminal.machine.coin_box.exact_only(),
    }


def _printing(terminal: Terminal, session: Session) -> Json:
    return {
        **_chosen(terminal, session),
        "sheets_done": session.progress.sheets_done,
        "sheets": session.progress.sheets,
        "printed": len(session.printed),
    }


def _receipt(terminal: Terminal, session: Session) -> Json:
    receipt = session.receipt
    return {
        **_printing(terminal, session),
        "returned_yen": session.returned_yen,
        "reference": "" if receipt is None else receipt.reference,
        "receipt": "" if receipt is None else receipt.text,
    }


def _returned(_terminal: Terminal, session: Session) -> Json:
    return {
        "yen": session.returned_yen,
        "owed_yen": session.owed_yen,
        "reference": reference_of(session.request_id) if session.request_id else "",
    }


def _refused(_terminal: Terminal, session: Session) -> Json:
    return {"reference": reference_of(session.request_id) if session.request_id else ""}


def _recovered(_terminal: Terminal, session: Session) -> Json:
    return {"settled": [{"reference": each.reference, "outcome": each.outcome, "copies": each.copies, "yen": each.yen} for each in session.settled]}


_DATA: Mapping[Screen, Callable[[Terminal, Session], Json]] = {
    Screen.MENU: _menu,
    Screen.PLACE: lambda _terminal, session: place_seen(session),
    Screen.CARD: _card,
    Screen.PIN: _pin,
    Screen.KINDS: _kinds,
    Screen.JANUARY_1: lambda terminal, session: january_1_seen(session, terminal.machine.now().date()),
    Screen.WIDE_PLACE: lambda _terminal, session: wide_place_seen(session),
    Screen.USE_STATUS: lambda _terminal, session: status_seen(session),
    **dict.fromkeys(TYPING, lambda terminal, session: field_seen(terminal.screen, session, terminal.machine.now().date())),
    Screen.USE_REVIEW: lambda terminal, session: use_review_seen(session, terminal.machine.now().date()),
    Screen.USE_RECEIVED: lambda _terminal, session: received_seen(session),
    Screen.MEMBERS: _chosen,
    Screen.MEMBERS_PICK: _members_pick,
    Screen.OPTIONS: _chosen,
    Screen.COPIES: _chosen,
    Screen.REVIEW: _chosen,
    Screen.PAYMENT: _payment,
    Screen.COLLECTING: _payment,
    Screen.PRINTING: _printing,
    Screen.TAKE_PAPERS: _receipt,
    Screen.RECEIPT: _receipt,
    Screen.THANKS: _receipt,
    Screen.REFUSED: _refused,
    Screen.RETURNED: _returned,
    Screen.RECOVERED: _recovered,
}
