from datetime import timedelta

import pytest
from cryptography.x509 import ReasonFlags
from sqlalchemy import create_engine

from jpki import statuses
from jpki.reasons import MOVES, REASONS
from jpki.statuses import METADATA, Change, Issued, NotChanged, Record, Wanted
from tests.jpki.center import ENDED, GOOD, HELD, LONG_AGO, NEVER, NOW, ROWS
from trust.ocsp import Good, Revoked, Suspended, Unknown


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        statuses.load_serials(connection, ROWS, LONG_AGO)
        yield connection
    engine.dispose()


def wanted(serial=GOOD, action="suspend", reason="lost", note=""):
    return Wanted(f"{serial:x}", action, reason, note, "officer 1")


def status(connection, serial):
    return statuses.status_of(connection, f"{serial:x}")


def test_what_was_loaded_has_its_status_and_everything_else_is_unknown(connection):
    assert status(connection, GOOD) == Good()
    assert status(connection, HELD) == Suspended(LONG_AGO)
    assert status(connection, ENDED) == Revoked(LONG_AGO, ReasonFlags.superseded)
    assert status(connection, NEVER) == Unknown()
    assert statuses.counts(connection) == {"good": 1, "suspended": 1, "revoked": 1}


def test_loading_again_adds_only_what_is_new_and_changes_no_status(connection):
    statuses.change(connection, wanted(), NOW)
    again = (*ROWS, Issued("abc"), Issued("abc"))
    assert statuses.load_serials(connection, again, NOW) == 1
    assert status(connection, GOOD) == Suspended(NOW)
    assert statuses.load_serials(connection, again, NOW) == 0


def test_thousands_are_loaded(connection):
    assert statuses.load_serials(connection, (Issued(f"{number:x}") for number in range(1, 4001)), NOW) == 4000
    assert statuses.counts(connection)["good"] == 4001


@pytest.mark.parametrize("serial", ["", "0a", "AB", "xyz", "-1", " 1", "1" * 41])
def test_a_serial_number_has_one_spelling(connection, serial):
    with pytest.raises(ValueError, match="serial"):
        statuses.load_serials(connection, [Issued(serial)], NOW)


def test_a_status_other_than_good_needs_a_reason_for_it(connection):
    for row in (Issued("a", "revoked"), Issued("a", "revoked", "lost"), Issued("a", "suspended", "renewed")):
        with pytest.raises(ValueError, match="reason"):
            statuses.load_serials(connection, [row], NOW)


def test_a_suspension_is_answered_at_once_and_can_be_lifted(connection):
    assert statuses.change(connection, wanted(), NOW) == Change(1, f"{GOOD:x}", "good", "suspended", "lost", "", "officer 1", NOW)
    assert status(connection, GOOD) == Suspended(NOW)
    later = NOW + timedelta(hours=1)
    statuses.change(connection, wanted(action="lift", reason="found"), later)
    assert status(connection, GOOD) == Good()
    assert statuses.record_of(connection, f"{GOOD:x}") == Record(f"{GOOD:x}", "good", "found", later)


def test_a_revocation_carries_its_reason_and_is_final(connection):
    statuses.change(connection, wanted(action="revoke", reason="key_exposed"), NOW)
    assert status(connection, GOOD) == Revoked(NOW, ReasonFlags.key_compromise)
    for action, reason in (("lift", "found"), ("suspend", "lost"), ("revoke", "died")):
        assert statuses.change(connection, wanted(action=action, reason=reason), NOW) == NotChanged("not_now")
    assert status(connection, GOOD) == Revoked(NOW, ReasonFlags.key_compromise)


@pytest.mark.parametrize("action", MOVES)
@pytest.mark.parametrize(("serial", "before"), [(GOOD, "good"), (HELD, "suspended"), (ENDED, "revoked")])
def test_every_action_on_every_standing(connection, action, serial, before):
    allowed = {("good", "suspend"): "suspended", ("good", "revoke"): "revoked", ("suspended", "lift"): "good", ("suspended", "revoke"): "revoked"}
    reason = next(reason.code for reason in REASONS.values() if reason.action == action)

    outcome = statuses.change(connection, wanted(serial, action, reason), NOW)

    after = allowed.get((before, action))
    if after is None:
        assert outcome == NotChanged("not_now")
        assert statuses.history_of(connection, f"{serial:x}") == ()
    else:
        assert (outcome.before, outcome.after) == (before, after)
        assert statuses.record_of(connection, f"{serial:x}").standing == after


def test_a_change_needs_a_reason_that_fits_it(connection):
    for reason in ("", "issued", "no such reason", "renewed"):
        assert statuses.change(connection, wanted(reason=reason), NOW) == NotChanged("reason")
    assert status(connection, GOOD) == Good()


def test_other_needs_a_note_and_a_note_has_an_end(connection):
    assert statuses.change(connection, wanted(reason="other_hold"), NOW) == NotChanged("note")
    assert statuses.change(connection, wanted(note="x" * 201), NOW) == NotChanged("note")
    assert isinstance(statuses.change(connection, wanted(reason="other_hold", note="照会中"), NOW), Change)


def test_what_was_never_issued_cannot_be_changed(connection):
    assert statuses.change(connection, wanted(NEVER), NOW) == NotChanged("unknown")


def test_the_history_keeps_every_change_with_its_officer(connection):
    for minute, (action, reason) in enumerate((("suspend", "lost"), ("lift", "found"), ("revoke", "holder_request"))):
        statuses.change(connection, wanted(action=action, reason=reason), NOW + timedelta(minutes=minute))
    statuses.change(connection, wanted(HELD, "lift", "mistaken"), NOW + timedelta(minutes=9))

    history = statuses.history_of(connection, f"{GOOD:x}")

    assert [(change.before, change.after) for change in history] == [("good", "revoked"), ("suspended", "good"), ("good", "suspended")]
    assert {change.staff for change in history} == {"officer 1"}
    assert [change.number for change in statuses.newest_changes(connection, 2)] == [4, 3]
