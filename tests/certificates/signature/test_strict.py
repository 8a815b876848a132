"""The strict verifier: the signer for the true file, a refusal for every other, also for those that the holder of the right key wrote in another form."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from random import Random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.signature import strict
from certificates.signature.chain import SignerRole
from certificates.signature.placeholder import prepared
from certificates.signature.signing import sign, signer
from certificates.signature.strict import Reason, Unsigned, verify
from tests.certificates.signature import forging
from tests.certificates.signature.documents import (
    CENTER,
    FROM,
    NAME,
    NOW,
    PURPOSE,
    UNTIL,
    authority,
    certificate,
    city,
    drawn,
    roots,
    rsa_key,
    signed,
)
from tests.certificates.signature.flips import accepted, flipped
from tests.certificates.signature.forging import changed_container, hole, sealed, true_container
from tests.certificates.signature.ordinary_verifiers import Opinion, needs_pdfsig, nss_store, pdfsig, pyhanko


def refused(pdf: bytes, at: datetime = NOW) -> Reason:
    with pytest.raises(Unsigned) as caught:
        verify(pdf, roots(), at)
    assert NAME not in str(caught.value)
    return caught.value.reason


def test_it_says_which_municipality_signed_when_and_what_for() -> None:
    by = verify(signed(), roots(), NOW)
    assert (by.role, by.name) == (SignerRole.MUNICIPALITY, "992011")
    assert (by.common_name, by.organization) == ("見本県みほん市長", "みほん市")
    assert (by.at, by.at.utcoffset(), by.printed_name, by.purpose) == (NOW, NOW.utcoffset(), NAME, PURPOSE)
    assert by.certificate == city().certificate.public_bytes(Encoding.DER)


def test_it_says_which_center_signed() -> None:
    by = verify(sign(prepared(drawn()), signer(rsa_key("signer"), certificate(CENTER))), roots(), NOW)
    assert (by.role, by.name) == (SignerRole.CENTER, "shomeisho-koufu")


def test_any_of_the_roots_will_do_and_none_of_others() -> None:
    both = [authority("another").certificate, *roots()]
    assert verify(signed(), both, NOW).name == verify(sign(prepared(drawn()), city("another")), both, NOW).name == "992011"
    assert refused(sign(prepared(drawn()), city("another"))) is Reason.UNTRUSTED
    with pytest.raises(Unsigned) as caught:
        verify(signed(), [], NOW)
    assert caught.value.reason is Reason.UNTRUSTED


def test_what_was_believed_of_one_root_is_not_believed_of_another() -> None:
    verify(signed(), roots(), NOW)
    with pytest.raises(Unsigned):
        verify(signed(), [authority("another").certificate], NOW)


def test_a_flipped_bit_at_every_position_is_refused() -> None:
    chance = Random("one bit of every byte")
    assert accepted(signed())
    assert [at for at in range(len(signed())) if accepted(flipped(signed(), at, chance.randrange(8)))] == []


@pytest.mark.sweep
def test_every_flipped_bit_is_refused() -> None:
    assert [(at, bit) for at in range(len(signed())) for bit in range(8) if accepted(flipped(signed(), at, bit))] == []


@pytest.mark.sweep
def test_ten_thousand_flips_in_a_document_as_large_as_a_paper_are_refused() -> None:
    chance = Random("a large document")
    large = sign(prepared(drawn(chance.randbytes(60_000), sheets=1)), city())
    assert accepted(large)
    places = [(chance.randrange(len(large)), chance.randrange(8)) for _ in range(10_000)]
    assert [place for place in places if accepted(flipped(large, *place))] == []


def _ordinarily(program: Callable[[bytes], Opinion], pdf: bytes) -> bool:
    try:
        return program(pdf).good
    except Exception:  # noqa: BLE001 (a verifier that cannot read the file has refused it, each in its own words)
        return False


def covered_places(count: int) -> list[int]:
    """Positions outside the hole: the /ByteRange itself, its neighbours, and some anywhere."""
    start, end = hole(signed())
    line = signed().index(b"/ByteRange [") + len(b"/ByteRange [")
    chance = Random("covered")
    anywhere = [at for at in (chance.randrange(len(signed())) for _ in range(20 * count)) if not start <= at < end]
    return [line, line + 3, line + 7, line + 12, start - 2, end + 8, *anywhere[:count]]


def test_pyhanko_too_refuses_a_flip_where_the_range_covers() -> None:
    assert _ordinarily(pyhanko, signed())
    assert [at for at in covered_places(24) if _ordinarily(pyhanko, flipped(signed(), at, 0))] == []


@needs_pdfsig
def test_pdfsig_too_refuses_a_flip_where_the_range_covers(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = partial(pdfsig, store=nss_store(tmp_path_factory.mktemp("nss"), authority().certificate))
    assert _ordinarily(program, signed())
    assert [at for at in covered_places(24) if _ordinarily(program, flipped(signed(), at, 0))] == []


def appended(pdf: bytes, objects: bytes = b"") -> bytes:
    """An incremental update."""
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    root = pdf.rsplit(b"trailer\n", 1)[1].split(b"startxref")[0].replace(b">>", b"/Prev %d\n>>" % start)
    at = len(pdf) + len(objects)
    return pdf + objects + b"xref\n0 0\ntrailer\n%bstartxref\n%d\n%%%%EOF\n" % (root, at)


def second_signature(pdf: bytes) -> bytes:
    """A second signature in an increment, over all that is there by then, as PDF programs add it; the first stands as it was."""
    _, end = hole(pdf)
    dictionary = pdf[pdf.index(b"<< /Type /Sig") : pdf.index(b">>\nendobj", end) + 3]
    increment = appended(pdf, b"12 0 obj\n" + dictionary + b"endobj\n")[len(pdf) :]
    return pdf + sealed(b" " * len(pdf) + increment)[len(pdf) :]


def with_second_dictionary() -> bytes:
    """A document that had two signature dictionaries before it was signed, the second empty."""
    pdf = drawn()
    _, end = hole(pdf)
    one = pdf[pdf.index(b"<< /Type /Sig") : pdf.index(b">>\nendobj", end) + 3]
    return pdf.replace(b"xref\n", b"12 0 obj\n" + one + b"endobj\nxref\n", 1)


def with_contents_twice() -> bytes:
    """The signature dictionary says /Contents twice; programs differ in which they believe."""
    return drawn().replace(b" /M (D:", b" /Contents <00> /M (D:")


def contents_first(pdf: bytes) -> bytes:
    """/Contents before /ByteRange in the signature dictionary."""
    at, (start, end) = pdf.index(b"/ByteRange "), hole(pdf)
    return pdf[:at] + pdf[start - len(b"/Contents ") : end] + b" " + pdf[at : start - len(b" /Contents ")] + pdf[end:]


IN_ANOTHER_FORM: dict[str, Callable[[], bytes]] = {
    "lower-case digits": lambda: sealed(spelt=lambda digits, room: digits.lower().ljust(room, "0")),
    "one digit in lower case": lambda: sealed(spelt=lambda digits, room: digits.upper().replace("A", "a", 1).ljust(room, "0")),
    "padding of other digits": lambda: sealed(spelt=lambda digits, room: digits.upper().ljust(room - 1, "0") + "1"),
    "padding of blanks": lambda: sealed(spelt=lambda digits, room: digits.upper().ljust(room, " ")),
    "a blank between digits": lambda: sealed(spelt=lambda digits, room: (digits[:8] + "  " + digits[8:]).upper().ljust(room, "0")),
    "another digest": lambda: sealed(der=lambda covered: changed_container(forging.unchanged, covered, "sha512")),
    "a third digest": lambda: sealed(der=lambda covered: changed_container(forging.unchanged, covered, "sha384")),
    "another padding": lambda: sealed(der=lambda covered: changed_container(forging.unchanged, covered, pss=True)),
    "an algorithm with parameters": lambda: sealed(der=lambda covered: changed_container(forging.with_digest_parameters, covered)),
    "a signing time": lambda: sealed(der=lambda covered: changed_container(forging.with_signing_time, covered)),
    "an unsigned attribute": lambda: sealed(der=lambda covered: changed_container(forging.with_unsigned_attribute, covered)),
    "certificates in another order": lambda: sealed(der=forging.other_order),
    "two signers in one container": lambda: sealed(der=lambda covered: changed_container(forging.twice_signed, covered)),
    "a length in a longer form": lambda: sealed(der=lambda covered: b"\x30\x83\x00" + true_container(covered)[2:]),
}
"""Signatures by the right key over the whole file which ordinary programs believe, or at least read."""

BELIEVED_BY_PYHANKO = {
    "lower-case digits",
    "one digit in lower case",
    "padding of other digits",
    "another digest",
    "a third digest",
    "another padding",
    "a signing time",
}

OVER_SOMETHING_ELSE: dict[str, Callable[[], bytes]] = {
    "an empty increment appended": lambda: appended(signed()),
    "a line appended": lambda: signed() + b"% more\n",
    "a second signature appended": lambda: second_signature(signed()),
    "a second signature dictionary inside": lambda: sealed(with_second_dictionary()),
    "contents twice": lambda: sealed(with_contents_twice()),
    "contents before the range": lambda: contents_first(signed()),
    "a range that ends before the file": lambda: sealed(numbers=lambda start, end, size: (0, start, end, size - end - 7)),
    "a range beyond the file": lambda: sealed(numbers=lambda start, end, size: (0, start, end, size - end + 1)),
    "a range that begins later": lambda: sealed(numbers=lambda start, end, size: (1, start - 1, end, size - end)),
    "a hole without its brackets": lambda: sealed(numbers=lambda start, end, size: (0, start + 1, end - 1, size - end + 1)),
    "a hole that begins earlier": lambda: sealed(numbers=lambda start, end, size: (0, start - 1, end, size - end)),
    "a hole that ends later": lambda: sealed(numbers=lambda start, end, size: (0, start, end + 1, size - end - 1)),
    "a hole shifted": lambda: sealed(numbers=lambda start, end, size: (0, start - 9, end - 9, size - end + 9)),
    "a hole elsewhere": lambda: sealed(numbers=lambda start, end, size: (0, 20, 20, size - 20)),
    "a gap at the end": lambda: sealed(numbers=lambda start, end, size: (0, start, size - 6, 6)),
    "overlapping parts": lambda: sealed(numbers=lambda start, end, size: (0, start, start - 10, size - start + 10)),
    "parts in the other order": lambda: sealed(numbers=lambda start, end, size: (end, size - end, 0, start)),
    "a negative beginning": lambda: sealed(numbers=lambda start, end, size: (-1, start, end, size - end)),
    "a negative length": lambda: sealed(numbers=lambda start, end, size: (0, start, end, end - size)),
    "only the first part": lambda: sealed(numbers=lambda start, end, size: (0, start)),
    "three parts": lambda: sealed(numbers=lambda start, end, size: (0, 9, 9, start - 9, end, size - end), written=lambda text: text[:38]),
    "numbers with zeros before them": lambda: sealed(written=lambda text: text.replace(b"[0 ", b"[0 0")),
    "numbers with a sign": lambda: sealed(written=lambda text: text.replace(b"[0 ", b"[0 +")),
    "numbers with a fraction": lambda: sealed(written=lambda text: text.replace(b"]", b".0]")),
    "a range in another file's numbers": lambda: signed().replace(b"startxref", b" startxref"),
    "not signed": lambda: prepared(drawn()),
    "not prepared": drawn,
    "no placeholder": lambda: b"%PDF-1.7\n%%EOF\n",
    "nothing": lambda: b"",
}


def test_the_forgers_true_signature_is_the_signers() -> None:
    assert sealed() == signed()
    assert sealed(der=lambda covered: changed_container(forging.unchanged, covered)) == signed()


@pytest.mark.parametrize("name", IN_ANOTHER_FORM)
def test_a_signature_by_the_right_key_in_another_form_is_refused(name: str) -> None:
    assert refused(IN_ANOTHER_FORM[name]()) in (Reason.ALTERED, Reason.NO_SIGNATURE)


@pytest.mark.parametrize("name", sorted(BELIEVED_BY_PYHANKO))
def test_some_of_these_forms_are_believed_by_an_ordinary_verifier(name: str) -> None:
    assert pyhanko(IN_ANOTHER_FORM[name]()).good


@pytest.mark.parametrize("name", OVER_SOMETHING_ELSE)
def test_a_signature_over_something_else_than_the_whole_file_is_refused(name: str) -> None:
    assert refused(OVER_SOMETHING_ELSE[name]()) in (Reason.NO_SIGNATURE, Reason.ALTERED)


@needs_pdfsig
def test_an_increment_leaves_pdfsig_saying_valid_which_is_why_it_is_asked_for_the_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    opinion = pdfsig(appended(signed()), nss_store(tmp_path_factory.mktemp("nss"), authority().certificate))
    assert (opinion.valid, opinion.whole) == (True, False)


@pytest.mark.parametrize("missing", [1, 255, 256, 257, 260, 290, 340, 500])
def test_a_container_cut_off_is_refused(missing: int) -> None:
    start, end = hole(drawn())
    size = len(true_container(b""))
    narrow = drawn()[: start + 1] + b"0" * (2 * (size - missing)) + drawn()[end - 1 :]
    assert refused(sealed(narrow, spelt=lambda digits, room: digits.upper()[:room])) is Reason.ALTERED


def test_a_container_cut_off_that_says_so_itself_is_refused() -> None:
    start, end = hole(drawn())
    shorter = bytearray(true_container(b"")[:-300])
    for at in (2, 17, 21):  # the lengths of ContentInfo, its [0] and SignedData, each in two bytes
        shorter[at : at + 2] = (int.from_bytes(shorter[at : at + 2], "big") - 300).to_bytes(2, "big")
    narrow = drawn()[: start + 1] + b"0" * (2 * len(shorter)) + drawn()[end - 1 :]
    assert refused(sealed(narrow, der=lambda _: bytes(shorter))) is Reason.ALTERED


def test_a_container_in_a_hole_of_just_its_size_is_whole() -> None:
    start, end = hole(drawn())
    size = len(true_container(b""))
    assert accepted(sealed(drawn()[: start + 1] + b"0" * (2 * size) + drawn()[end - 1 :]))


def test_a_signature_moved_to_another_document_is_refused() -> None:
    other = prepared(drawn(b"0 0 200 100 re f"))
    start, end = hole(signed())
    moved = other[: hole(other)[0]] + signed()[start:end] + other[hole(other)[1] :]
    assert refused(moved) is Reason.ALTERED


def test_a_right_container_with_a_wrong_signature_value_is_refused() -> None:
    assert refused(sealed(der=lambda covered: city().cms.filled(sha256(covered).digest(), bytes(256)))) is Reason.ALTERED


def test_the_key_of_somebody_else_beside_the_right_certificate_is_refused() -> None:
    def container(covered: bytes) -> bytes:
        digest = sha256(covered).digest()
        value = rsa_key("another signer").sign(city().cms.attributes(digest), padding.PKCS1v15(), hashes.SHA256())
        return city().cms.filled(digest, value)

    assert refused(sealed(der=container)) is Reason.ALTERED


@pytest.mark.parametrize("at", [FROM - timedelta(seconds=1), UNTIL + timedelta(seconds=1)])
def test_outside_its_validity_a_certificate_signs_nothing(at: datetime) -> None:
    assert refused(signed(), at) is Reason.EXPIRED
    assert refused(sign(prepared(drawn(now=at)), city())) is Reason.EXPIRED


@pytest.mark.parametrize("at", [FROM, UNTIL])
def test_on_the_edges_of_its_validity_it_does(at: datetime) -> None:
    assert verify(sign(prepared(drawn(now=at)), city()), roots(), at).at == at


def test_a_chain_is_judged_once_and_a_refused_one_is_not_remembered() -> None:
    strict._known.cache_clear()
    for _ in range(3):
        verify(signed(), roots(), NOW)
        refused(sign(prepared(drawn()), city("another")))
    assert (strict._known.cache_info().currsize, strict._known.cache_info().hits) == (1, 2)
