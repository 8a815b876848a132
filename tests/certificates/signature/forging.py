"""Whoever holds the right key and writes signatures of other forms: nothing here uses the code that finds or judges a signature."""

from collections.abc import Callable
from hashlib import sha256

from asn1crypto import algos, cms, core
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from tests.certificates.signature.documents import NOW, authority, certificate, city, drawn, rsa_key

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}

Numbers = tuple[int, ...]


def hole(pdf: bytes) -> tuple[int, int]:
    """Where the first /Contents string begins and ends, brackets included."""
    start = pdf.index(b" /Contents <") + len(b" /Contents ")
    return start, pdf.index(b">", start) + 1


def sealed(
    pdf: bytes | None = None,
    der: Callable[[bytes], bytes] | None = None,
    spelt: Callable[[str, int], str] = lambda digits, room: digits.upper().ljust(room, "0"),
    numbers: Callable[[int, int, int], Numbers] = lambda start, end, size: (0, start, end, size - end),
    written: Callable[[bytes], bytes] = lambda text: text,
) -> bytes:
    """A document signed by the right key over the /ByteRange of `numbers(start, end, size)`.

    `der` makes the container from the covered bytes, `spelt` its hex digits in the room there is, `written` changes the /ByteRange's text. With nothing given: the true signature.
    """
    pdf = pdf or drawn()
    start, end = hole(pdf)
    at = pdf.index(b"/ByteRange ") + len(b"/ByteRange ")
    width = start - len(b" /Contents ") - at
    found = numbers(start, end, len(pdf))
    text = written(b"[%b]" % b" ".join(b"%d" % one for one in found)).ljust(width)
    assert len(text) == width
    pdf = pdf[:at] + text + pdf[at + width :]
    covered = b"".join(pdf[max(0, first) : max(0, first) + max(0, size)] for first, size in zip(found[::2], found[1::2], strict=True))
    digits = spelt((der or true_container)(covered).hex(), end - start - 2)
    assert len(digits) == end - start - 2
    return pdf[: start + 1] + digits.encode() + pdf[end - 1 :]


def true_container(covered: bytes) -> bytes:
    """The container as the signer makes it."""
    digest = sha256(covered).digest()
    key = rsa_key("signer")
    return city().cms.filled(digest, key.sign(city().cms.attributes(digest), padding.PKCS1v15(), hashes.SHA256()))


def changed_container(change: Callable[[cms.ContentInfo], None], covered: bytes, algorithm: str = "sha256", pss: bool = False) -> bytes:
    """The true container, changed by `change`, its digest and signature made anew with `algorithm`: as good as the true one to whoever reads CMS."""
    container = cms.ContentInfo.load(true_container(covered))
    data = container["content"]
    signer = data["signer_infos"][0]
    if algorithm != "sha256":
        data["digest_algorithms"] = cms.DigestAlgorithms([{"algorithm": algorithm}])
        signer["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": algorithm})
    digest = hashes.Hash(_HASHES[algorithm])
    digest.update(covered)
    for attribute in signer["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = cms.SetOfOctetString([digest.finalize()])
    change(container)
    if pss:
        mask = {"algorithm": "mgf1", "parameters": {"algorithm": algorithm}}
        parameters = {"hash_algorithm": {"algorithm": algorithm}, "salt_length": 32, "mask_gen_algorithm": mask}
        signer["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
    else:
        signer["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": f"{algorithm}_rsa"})
    how = padding.PSS(padding.MGF1(_HASHES[algorithm]), 32) if pss else padding.PKCS1v15()
    attributes = signer["signed_attrs"].untag().dump(force=True)
    signer["signature"] = rsa_key("signer").sign(attributes, how, _HASHES[algorithm])
    dumped: bytes = container.dump(force=True)
    return dumped


def unchanged(_: cms.ContentInfo) -> None:
    """No change but what `changed_container` is asked for."""


def with_signing_time(container: cms.ContentInfo) -> None:
    attributes = container["content"]["signer_infos"][0]["signed_attrs"]
    attributes.append(cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": NOW})]}))


def with_digest_parameters(container: cms.ContentInfo) -> None:
    """AlgorithmIdentifier with NULL, as older programs write it."""
    container["content"]["signer_infos"][0]["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": "sha256"})


def with_unsigned_attribute(container: cms.ContentInfo) -> None:
    attribute = cms.CMSAttribute({"type": "1.2.840.113549.1.9.13", "values": [core.OctetString(b"x")]})
    container["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([attribute])


def other_order(covered: bytes) -> bytes:
    """The true container, its two certificates the other way round; they are not signed, and no library keeps them in this order when it writes."""
    one, other = sorted(each.public_bytes(Encoding.DER) for each in (certificate(), authority().certificate))
    true = true_container(covered)
    assert one + other in true
    return true.replace(one + other, other + one)


def twice_signed(container: cms.ContentInfo) -> None:
    infos = container["content"]["signer_infos"]
    container["content"]["signer_infos"] = cms.SignerInfos([infos[0], infos[0]])
