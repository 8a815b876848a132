"""The whole question of the center: a card's certificate, the chain, the answer. Each way to cheat, and what it is found to be."""

from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus, load_der_ocsp_response

from jpki.desk import Desk
from jpki.statuses import NotChanged, Wanted
from storage.store import StoreFailed
from tests.jpki.center import ENDED, GOOD, HELD, LONG_AGO, NEVER, NOW, answers_as, card, delegate, key, root
from trust.credentials import Trusted, Untrusted, check_chain
from trust.ocsp import Good, Revoked, Suspended, Unknown, Unverifiable, check, request_for
from trust.ocsp_responder import responder

NONCE = b"0123456789abcdef"
ROOTS = (root().certificate,)


async def word_on(desk, der, nonce=NONCE, now=NOW, read_at=None):
    """What a party that fails closed makes of this certificate."""
    chain = check_chain(der, ROOTS, now)
    if isinstance(chain, Untrusted):
        return chain.code
    assert isinstance(chain, Trusted)
    response = await desk.ocsp(request_for(chain.certificate, chain.issuer, NONCE), now)
    return check(response, chain.certificate, chain.issuer, nonce, read_at or now, 60)


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


async def test_every_status_is_told_to_whoever_asks(desk, said):
    assert await word_on(desk, der(card(GOOD))) == Good()
    assert await word_on(desk, der(card(HELD))) == Suspended(LONG_AGO)
    assert type(await word_on(desk, der(card(ENDED)))) is Revoked
    assert await word_on(desk, der(card(NEVER))) == Unknown()
    assert said == ["good", "suspended", "revoked", "unknown"]


async def test_garbage_is_untrusted(desk):
    assert await word_on(desk, b"garbage") == "credential_untrusted"


async def test_a_certificate_of_another_root_with_the_same_serial_number_is_untrusted_and_unknown(desk):
    foreign = card(GOOD, "two")
    assert await word_on(desk, der(foreign)) == "credential_untrusted"

    response = await desk.ocsp(request_for(foreign, root("two").certificate, NONCE), NOW)

    assert load_der_ocsp_response(response).certificate_status is OCSPCertStatus.UNKNOWN


async def test_an_expired_certificate_is_expired_before_anybody_is_asked(desk, said):
    assert await word_on(desk, der(card(GOOD)), now=NOW + timedelta(days=1001)) == "credential_expired"
    assert said == []


async def test_a_suspension_counts_from_the_next_question_on_and_so_does_its_end(desk):
    await desk.change(Wanted(f"{GOOD:x}", "suspend", "lost", "", "officer 1"), NOW)
    assert await word_on(desk, der(card(GOOD))) == Suspended(NOW)
    await desk.change(Wanted(f"{GOOD:x}", "lift", "found", "", "officer 1"), NOW)
    assert await word_on(desk, der(card(GOOD))) == Good()


async def test_a_responder_with_a_key_of_its_own_making_is_not_believed(store):
    """Its certificate is real; what it signs with is not that certificate's key."""
    true = answers_as()
    false = type(true)(key("stranger"), true.responder_id, true.certificates, true.issuer_hashes, true.valid_seconds)
    assert await word_on(Desk(store, false), der(card(GOOD))) == Unverifiable("the signature does not hold")

    foreign = responder(root().certificate, root("two").certificate, root("two").key)
    assert await word_on(Desk(store, foreign), der(card(GOOD))) == Unverifiable("signed by nobody who may answer")


async def test_a_replayed_answer_is_not_believed(desk):
    assert await word_on(desk, der(card(GOOD)), nonce=b"another question") == Unverifiable("an answer to another question")


async def test_a_stale_answer_is_not_believed(desk):
    assert await word_on(desk, der(card(GOOD)), read_at=NOW + timedelta(seconds=61)) == Unverifiable("too old")


async def test_what_is_no_request_is_malformed(desk, said):
    response = load_der_ocsp_response(await desk.ocsp(b"?", NOW))
    assert response.response_status is OCSPResponseStatus.MALFORMED_REQUEST
    assert said == ["malformed_request"]


async def test_a_store_that_fails_is_try_later_and_never_a_status(said):
    class Failing:
        async def read(self, step, *args):
            raise StoreFailed("gone")

    desk = Desk(Failing(), answers_as(), said.append)
    assert await word_on(desk, der(card(GOOD))) == Unverifiable("the responder said TRY_LATER")
    assert said == ["try_later"]


async def test_the_same_question_at_the_same_time_has_the_same_answer(desk):
    request = request_for(card(GOOD), root().certificate, NONCE)
    assert await desk.ocsp(request, NOW) == await desk.ocsp(request, NOW)
    assert delegate().public_bytes(Encoding.DER) in await desk.ocsp(request, NOW)


async def test_what_the_staff_see_is_what_is_stored(desk):
    change = await desk.change(Wanted(f"{GOOD:x}", "suspend", "lost", "", "officer 1"), NOW)
    sheet = await desk.sheet(f"{GOOD:x}")
    assert (sheet.record.standing, sheet.history) == ("suspended", (change,))
    assert await desk.sheet(f"{NEVER:x}") is None
    overview = await desk.overview(5)
    assert (overview.counts, overview.newest) == ({"good": 0, "suspended": 2, "revoked": 1}, (change,))
    assert await desk.change(Wanted(f"{NEVER:x}", "revoke", "died", "", "officer 1"), NOW) == NotChanged("unknown")
