"""Worked examples with real values of everything of which the description says how its bytes are made: `docs/protocol/vectors.json`.

Made from the code that the kit itself runs and from keys that stand in the file (見本, they protect nothing), so that whoever writes a server can hold their own bytes against them.
"""

import json
import zlib
from base64 import b64encode, urlsafe_b64decode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from certificates.back.code import SIGNATURE_BYTES, VERSION, read_code, sheet_code
from certificates.back.content import SheetContent
from certificates.back.words import WORDS_1
from certificates.binding import binding
from certificates.face import Piece
from certificates.fingerprint import fingerprint
from certificates.signature.key_list import KEY_ID_BYTES, CodeKey, sign_key_list
from conformance.examples import AT, BINDING, BIRTH, EXAMPLES, MUNICIPALITY, NAME, NUMBER, OTHER, REQUEST_HASH, SERIAL, VISIT_KEY, WITH_SELECTOR
from issuer.inventory import digest
from messages.orders import IssueOrder, OfferChoices
from messages.wire import encode, hash_of
from trust.document_signers import document_signer_certificate, signing_authority
from trust.referrals import Referral, Signing, card_digest, key_statement, seal

_SINCE, _UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
_CODE_SCALAR, _SEALING_SCALAR = 0x6D69686F6E01, 0x6D69686F6E02
"""Small private values on purpose: nobody takes them for secrets."""


def _steady(n: int) -> bytes:
    """No chance at all: the bytes 1, 2, 3 and so on."""
    return bytes(at % 256 for at in range(1, n + 1))


def vectors(authority_pem: str, municipality_pem: str) -> dict[str, Any]:
    """Every example, by subject; the two keys (RSA, PEM) are of the documents' authority and of the municipality that signs. Same keys, same values."""
    authority_key, key = _rsa(authority_pem), _rsa(municipality_pem)
    authority = signing_authority(authority_key, _SINCE, _steady)
    urn = f"urn:konbini:signer:municipality:{MUNICIPALITY}"
    certificate = document_signer_certificate(
        authority, key.public_key(), urn, "見本県みほん市（見本）", "見本県みほん市長（見本）", _SINCE, _UNTIL, _steady
    )
    chain = (certificate.public_bytes(Encoding.DER),)
    code_key, sealing_key = ec.derive_private_key(_CODE_SCALAR, ec.SECP256R1()), ec.derive_private_key(_SEALING_SCALAR, ec.SECP256R1())
    return fixed() | {
        "keys": {
            "documents_authority_key_pem": authority_pem,
            "documents_authority_certificate": authority.certificate.public_bytes(Encoding.PEM).decode(),
            "municipality_key_pem": municipality_pem,
            "municipality_certificate_der": b64encode(chain[0]).decode(),
            "code_key_scalar": _CODE_SCALAR,
            "sealing_key_scalar": _SEALING_SCALAR,
        },
        "key_statement": _opened(key_statement(Signing(key, chain), MUNICIPALITY, sealing_key.public_key(), _SINCE, _UNTIL)),
        "referral": _referral(Signing(key, chain), sealing_key.public_key()),
        "sheet_code": _sheet_code(code_key),
        "key_list": sign_key_list([CodeKey(MUNICIPALITY, code_key.public_key(), _SINCE, _UNTIL)], authority_key, _SINCE).decode(),
    }


def fixed() -> dict[str, Any]:
    """The examples for which no key is needed."""
    return {
        "messages": {name: _message(one) for name, one in (("OfferChoices", EXAMPLES[OfferChoices]), ("IssueOrder", EXAMPLES[IssueOrder]))},
        "fingerprint": [_fingerprint(NAME, BIRTH), _fingerprint(WITH_SELECTOR, BIRTH)],
        "binding": _binding(),
        "card_digest": {"visit_id": "visit-1", "serial": SERIAL, "sha256": card_digest("visit-1", SERIAL)},
        "inventory_digest": {
            "nonce": "5f1d3a",
            "items": ["certifier", "certifier", "見本市長"],
            "digest": digest("5f1d3a", ["certifier", "certifier", "見本市長"]),
        },
    }


def _rsa(pem: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _message(one: Any) -> dict[str, str]:
    return {"canonical": encode(one).decode(), "sha256": hash_of(one)}


def _fingerprint(name: str, birth: str) -> dict[str, str]:
    parts = b"".join(len(text.encode()).to_bytes(4, "big") + text.encode() for text in (name, birth))
    return {
        "visit_key": VISIT_KEY.hex(),
        "name": name,
        "birth": birth,
        "hashed_bytes": (b"konbini fingerprint 1" + parts).hex(),
        "fingerprint": fingerprint(VISIT_KEY, name, birth),
    }


def _binding() -> dict[str, str]:
    paper = "019360f0000070008000000000000003"
    return {"issuance_id": paper, "serial": SERIAL, "request_hash": REQUEST_HASH, "binding": binding(paper, SERIAL, REQUEST_HASH)}


def _opened(jws: str) -> dict[str, Any]:
    header, payload, _ = jws.split(".")
    return {"header": json.loads(_plain(header)), "payload": json.loads(_plain(payload)), "compact": jws}


def _plain(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _referral(signing: Signing, recipient: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """Sealed for the key of the example's key statement, as if it were `OTHER`'s."""
    made = int(AT.timestamp())
    said = Referral(
        issuer=MUNICIPALITY,
        audience=OTHER,
        visit_id="visit-1",
        card=card_digest("visit-1", SERIAL),
        juminhyo_code="00000000013",
        birth="1980-04-01",
        kind="kazei",
        year=2026,
        number=bytes(range(16)).hex(),
        made_at=made,
        expires_at=made + 300,
    )
    sealed = seal(said, signing, recipient, _steady)
    header, _, iv, text, tag = sealed.split(".")
    return {
        "payload": {name: getattr(said, name) for name in said.__struct_fields__},
        "jwe_header": json.loads(_plain(header)),
        "iv": _plain(iv).hex(),
        "ciphertext_bytes": len(_plain(text)),
        "tag": _plain(tag).hex(),
        "recipient_scalar": _SEALING_SCALAR,
        "ephemeral_from": _steady(48).hex(),
        "sealed": sealed,
    }


def _sheet_code(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    code = sheet_code(_sheet(), key)
    return {
        "lines": _lines(code),
        "key_id": read_code(code).key_id.hex(),
        "public_key_spki": key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex(),
        "deflated": code[len(VERSION) + KEY_ID_BYTES : -SIGNATURE_BYTES].hex(),
        "signature": code[-SIGNATURE_BYTES:].hex(),
        "code": code.hex(),
    }


def _sheet() -> SheetContent:
    empty = "＊＊＊"
    cells = {"name_kana": "ミホン　タロウ", "name": NAME, "former_name": empty, "alias": empty, "birth": BIRTH, "address": "見本県みほん市中央１番地"}
    closing = {
        "statement": "この写しは、登録されている印影と相違ないことを証明する。",
        "issued_on": "令和８年１１月２３日",
        "certifier_title": "見本県みほん市長",
        "certifier_name": "見本　市長",
        "seal_note": "この印は黒色です",
    }
    return SheetContent(
        form="inkan",
        title="印鑑登録証明書",
        number=NUMBER,
        binding=BINDING,
        part=1,
        parts=1,
        made_at=AT,
        head=(),
        pieces=(Piece("registration", tuple(cells.items())),),
        closing=tuple(closing.items()),
        imprint=sha256(b"the packed picture of the seal").hexdigest(),
    )


def _lines(code: bytes) -> list[str]:
    return zlib.decompressobj(-15, WORDS_1).decompress(code[len(VERSION) + KEY_ID_BYTES : -SIGNATURE_BYTES]).decode().split("\n")
