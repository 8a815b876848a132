"""Other ways to sign a paper: pyHanko's, and the bare RSA operation that every signature contains."""

import io
from dataclasses import dataclass

import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

_METADATA = signers.PdfSignatureMetadata(field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)


@dataclass(frozen=True, slots=True)
class Identity:
    """A signer's key, its certificate, and the authority's."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    authority: x509.Certificate


def bare(identity: Identity) -> bytes:
    """RSA-2048 (PKCS #1 v1.5) over the SHA-256 of a few bytes: the least that any signature costs."""
    return identity.key.sign(b"bare", padding.PKCS1v15(), hashes.SHA256())


def plain_signer(identity: Identity) -> signers.SimpleSigner:
    """pyHanko's signer as it is; it parses the private key anew for every signature."""
    return signers.SimpleSigner(*_as_pyhanko_wants(identity))


class KeptKey(signers.SimpleSigner):
    """pyHanko's signer with a private key that was parsed once."""

    def __init__(self, identity: Identity) -> None:
        super().__init__(*_as_pyhanko_wants(identity))
        self._parsed = identity.key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """PKCS #1 v1.5 with SHA-256, whatever is asked for."""
        del digest_algorithm
        return self._parsed.sign(data, padding.PKCS1v15(), hashes.SHA256())


def pyhanko_signed(pdf: bytes, by: signers.SimpleSigner) -> bytes:
    """The PDF with an incremental update that holds a PAdES B-B signature."""
    signed = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), _METADATA, by)
    assert isinstance(signed, io.BytesIO)
    return signed.getvalue()


def without_place(paper: bytes) -> bytes:
    """The paper without our own place for a signature, for a signer that makes one."""
    with pikepdf.open(io.BytesIO(paper)) as opened:
        del opened.Root.AcroForm
        for page in opened.pages:
            if "/Annots" in page:
                del page["/Annots"]
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()


def _as_pyhanko_wants(identity: Identity) -> tuple[asn1_x509.Certificate, asn1_keys.PrivateKeyInfo, SimpleCertificateStore]:
    authority = asn1_x509.Certificate.load(identity.authority.public_bytes(Encoding.DER))
    return (
        asn1_x509.Certificate.load(identity.certificate.public_bytes(Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        SimpleCertificateStore.from_certs([authority]),  # type: ignore[no-untyped-call]
    )
