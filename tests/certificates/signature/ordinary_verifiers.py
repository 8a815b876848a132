"""What people's own programs say of a signed document: pyHanko, and poppler's pdfsig with an NSS store that believes the authority."""

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from tests.certificates.signature.documents import NOW, authority

needs_pdfsig = pytest.mark.skipif(
    shutil.which("pdfsig") is None or shutil.which("certutil") is None,
    reason="this machine has no pdfsig or certutil (Debian packages poppler-utils and libnss3-tools)",
)


@dataclass(frozen=True)
class Opinion:
    """What one program says of a document."""

    signatures: int
    whole: bool
    """The signature covers the entire file."""
    valid: bool
    """Digest and signature are right."""
    trusted: bool

    @property
    def good(self) -> bool:
        return self.signatures == 1 and self.whole and self.valid and self.trusted


def pyhanko(pdf: bytes, root: x509.Certificate | None = None) -> Opinion:
    """pyHanko's opinion; whatever it raises is left to the caller."""
    trusted = asn1.Certificate.load((root or authority().certificate).public_bytes(Encoding.DER))
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    status = validate_pdf_signature(found[0], ValidationContext(trust_roots=[trusted], allow_fetching=False, moment=NOW))
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and status.modification_level == ModificationLevel.NONE
    return Opinion(len(found), whole, status.intact and status.valid, status.trusted and status.bottom_line)


def nss_store(folder: Path, *roots: x509.Certificate) -> Path:
    """A store in `folder` that believes `roots`."""
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True, capture_output=True, timeout=60)
    for number, root in enumerate(roots):
        file = folder / f"{number}.pem"
        file.write_bytes(root.public_bytes(Encoding.PEM))
        command = ["certutil", "-A", "-d", f"sql:{folder}", "-n", f"root {number}", "-t", "CT,CT,CT", "-i", str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder


def pdfsig(pdf: bytes, store: Path) -> Opinion:
    """poppler's opinion."""
    file = store / "document.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(["pdfsig", "-nssdir", f"sql:{store}", str(file)], capture_output=True, timeout=60, check=False).stdout.decode(
        errors="replace"
    )
    return Opinion(
        len(re.findall(r"^Signature #", said, re.MULTILINE)),
        "- Total document signed" in said,
        "- Signature Validation: Signature is Valid." in said,
        "- Certificate Validation: Certificate is Trusted." in said,
    )
