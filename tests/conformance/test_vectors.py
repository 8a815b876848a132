import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate

from certificates.back.code import verify_code
from certificates.signature.chain import signing_certificate
from certificates.signature.key_list import read_key_list
from conformance.examples import AT, MUNICIPALITY, OTHER
from conformance.vectors import vectors
from tests.conformance.test_published import PROTOCOL
from trust.referrals import BadReferral, Believed, opened, sealing_key

WRITTEN = json.loads((PROTOCOL / "vectors.json").read_bytes())
ROOT_CERTIFICATE = load_pem_x509_certificate(WRITTEN["keys"]["documents_authority_certificate"].encode())


def believe(chain: object) -> Believed:
    found = signing_certificate(chain, (ROOT_CERTIFICATE,))  # type: ignore[arg-type]
    return Believed(found.name, found.key, found.valid_from, found.valid_until)


def test_the_worked_examples_are_what_the_program_makes() -> None:
    made = vectors(WRITTEN["keys"]["documents_authority_key_pem"], WRITTEN["keys"]["municipality_key_pem"])
    packed = {"deflated", "code", "signature"}  # what deflate makes of the same lines is the library's affair
    sides = [json.loads(json.dumps(made)), json.loads((PROTOCOL / "vectors.json").read_bytes())]
    for side in sides:
        side["sheet_code"] = {name: value for name, value in side["sheet_code"].items() if name not in packed}
    assert sides[0] == sides[1]


def test_the_code_of_the_examples_verifies_with_the_key_on_the_list() -> None:
    keys = read_key_list(WRITTEN["key_list"].encode(), ROOT_CERTIFICATE)
    code = WRITTEN["sheet_code"]
    key = keys.key(bytes.fromhex(code["key_id"]), AT)
    assert key is not None and key.municipality == MUNICIPALITY
    sheet = verify_code(bytes.fromhex(code["code"]), key.key)
    assert [sheet.form, sheet.title, sheet.number, "1/1"] == code["lines"][:4] and sheet.texts[0] == ("1.name_kana", "ミホン　タロウ")
    assert bytes.fromhex(code["code"])[9:-64] == bytes.fromhex(code["deflated"])


def test_the_key_statement_and_the_referral_of_the_examples_open() -> None:
    key = ec.derive_private_key(WRITTEN["keys"]["sealing_key_scalar"], ec.SECP256R1())
    statement = WRITTEN["key_statement"]["compact"]
    assert sealing_key(statement, MUNICIPALITY, believe, datetime(2026, 11, 23, tzinfo=UTC)) == key.public_key()
    said = opened(WRITTEN["referral"]["sealed"], (key,), OTHER, believe, AT)
    assert {name: getattr(said, name) for name in said.__struct_fields__} == WRITTEN["referral"]["payload"]
    header = json.loads(urlsafe_b64decode(WRITTEN["referral"]["sealed"].split(".")[0] + "=="))
    assert header == WRITTEN["referral"]["jwe_header"] and header["alg"] == "ECDH-ES"
    with pytest.raises(BadReferral):
        opened(WRITTEN["referral"]["sealed"], (key,), MUNICIPALITY, believe, AT)


def test_the_code_of_the_examples_writes_its_cells_in_the_order_of_the_published_forms() -> None:
    forms = json.loads((PROTOCOL / "forms.json").read_bytes())
    lines = WRITTEN["sheet_code"]["lines"]
    (strip,) = forms["forms"][lines[0]]["strips"]
    written = " ".join([strip["strip"], *(one["cell"] for one in strip["cells"])])
    assert written in lines and " ".join(forms["closing"]) in lines
    assert lines[8] == " ".join(one["cell"] for one in forms["forms"][lines[0]]["head"])


def test_the_folder_is_enough_by_itself() -> None:
    assert [page.name for page in PROTOCOL.glob("*.md") if "](.." in page.read_text(encoding="utf-8")] == []
