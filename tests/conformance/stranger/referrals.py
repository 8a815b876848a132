"""課税証明書の広域交付 (11): the municipality's signed words, sealed for another, and what a referral that was shown is good for."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import sqlite3
import struct
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from wire import ID, Check, Json, Refused, integer, parsed, record, several, text, word

REFERRAL = record(issuer=text, audience=text, visit_id=ID, card=text, juminhyo_code=word("[0-9]{11}"), birth=text, kind=text, year=integer, number=word("[0-9a-f]{32}"), made_at=integer,
                  expires_at=integer)  # fmt: skip
STATEMENT = record(municipality=word("[0-9]{6}"), x=text, y=text, since=integer, until=integer)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(value: str) -> bytes:
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    if b64(raw) != value:
        raise ValueError("base64url")
    return raw


def issued_by(certificate: x509.Certificate, above: x509.Certificate) -> bool:
    with contextlib.suppress(ValueError, TypeError, InvalidSignature):
        certificate.verify_directly_issued_by(above)
        return True
    return False


def is_authority(certificate: x509.Certificate) -> bool:
    with contextlib.suppress(x509.ExtensionNotFound):
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    return False


class Signer:
    """The municipality's document key: what it signs, and whom of the others it believes."""

    def __init__(self, settings: Json) -> None:
        self.municipality = settings["municipality"]
        own = settings["signer"]
        key = serialization.load_pem_private_key(Path(own["key"]).read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key
        self.certificates = [
            one for path in (own["certificate"], *own.get("chain", [])) for one in x509.load_pem_x509_certificates(Path(path).read_bytes())
        ]
        self.root = x509.load_pem_x509_certificate(Path(own["authority"]).read_bytes())
        self.sealing = [serialization.load_pem_private_key(Path(path).read_bytes(), None) for path in settings["sealing"]]  # the newest first
        if self.sealing:
            since, (x, y) = int(time.time()), self.coordinates(self.sealing[0])
            said = {"municipality": self.municipality, "x": x, "y": y, "since": since - 60, "until": since + 90 * 86_400}
            Path(settings["statement"]).write_text(self.sign("konbini-referral-key+jws", said))

    def sign(self, typ: str, payload: Json) -> str:
        x5c = [base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in self.certificates]
        signed = ".".join(b64(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": typ, "x5c": x5c}, payload))
        return signed + "." + b64(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def verified(self, jws: str, typ: str, shape: Check) -> tuple[str, Json]:
        """Who signed, and the payload; any error means that it does not count."""
        head, payload, signature = jws.split(".")
        header = parsed(unb64(head), record(alg=word("RS256"), typ=word(re.escape(typ)), x5c=several(text)))
        chain = [x509.load_der_x509_certificate(base64.b64decode(one, validate=True)) for one in header["x5c"]]
        leaf, now = chain[0], datetime.now(UTC)
        names = list(leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        code = re.fullmatch(r"urn:konbini:signer:municipality:([0-9]{6})", names[0].value)
        usage, key = leaf.extensions.get_extension_for_class(x509.KeyUsage).value, leaf.public_key()
        others = [one for one in chain[1:] if one != self.root]
        if (
            len(chain) > 4
            or [is_authority(one) for one in chain] != [False, *[True] * (len(chain) - 1)]
            or len(names) != 1
            or not isinstance(names[0], x509.UniformResourceIdentifier)
        ):
            raise ValueError("certificates")
        if (
            not code
            or not isinstance(key, rsa.RSAPublicKey)
            or not 2048 <= key.key_size <= 4096
            or not usage.digital_signature
            or not usage.content_commitment
        ):
            raise ValueError("signer")
        line = [leaf, *others, self.root]
        if not all(issued_by(low, high) for low, high in pairwise(line)) or not all(
            one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in line
        ):
            raise ValueError("chain")
        key.verify(unb64(signature), f"{head}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256())
        return code[1], parsed(unb64(payload), shape)

    @staticmethod
    def derived(own: Any, other: ec.EllipticCurvePublicKey) -> AESGCM:
        info = struct.pack(">I", 7) + b"A256GCM" + struct.pack(">III", 0, 0, 256)
        return AESGCM(ConcatKDFHash(hashes.SHA256(), 32, info).derive(own.exchange(ec.ECDH(), other)))

    @staticmethod
    def coordinates(key: Any) -> tuple[str, str]:
        raw = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return b64(raw[1:33]), b64(raw[33:])

    @staticmethod
    def point(x: str, y: str) -> ec.EllipticCurvePublicKey:
        raw = unb64(x) + unb64(y)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + raw)

    def seal(self, jws: str, recipient: Json) -> str:
        own = ec.generate_private_key(ec.SECP256R1())
        x, y = self.coordinates(own)
        header = b64(json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "epk": {"kty": "EC", "crv": "P-256", "x": x, "y": y}}).encode())
        iv = os.urandom(12)
        sealed = self.derived(own, self.point(recipient["x"], recipient["y"])).encrypt(
            iv, jws.ljust(-(-len(jws) // 4096) * 4096).encode(), header.encode()
        )
        return ".".join((header, "", b64(iv), b64(sealed[:-16]), b64(sealed[-16:])))

    def opened(self, sealed: str) -> tuple[str, Json]:
        if len(sealed) > 32_768:
            raise ValueError("length")
        header, key, iv, content, tag = sealed.split(".")
        epk = parsed(unb64(header), record(alg=word("ECDH-ES"), enc=word("A256GCM"), epk=record(kty=word("EC"), crv=word("P-256"), x=text, y=text)))[
            "epk"
        ]
        if key or len(unb64(iv)) != 12 or len(unb64(tag)) != 16:
            raise ValueError("parts")
        for own in self.sealing:
            with contextlib.suppress(Exception):
                plain = self.derived(own, self.point(epk["x"], epk["y"])).decrypt(unb64(iv), unb64(content) + unb64(tag), header.encode()).decode()
                break
        else:
            raise ValueError("not for us")
        if len(plain) % 4096 or len(plain) - len(plain.rstrip(" ")) >= 4096:
            raise ValueError("padding")
        return self.verified(plain.rstrip(" "), "konbini-referral+jws", REFERRAL)


def card(visit_id: str, serial: str) -> str:
    return hashlib.sha256("\n".join(("konbini referral card", visit_id, serial)).encode()).hexdigest()


class Referrals:
    """What was vouched for here, and what was shown here. `shown` keeps neither 住民票コード nor birth date."""

    def __init__(self, signer: Signer, db: sqlite3.Connection) -> None:
        self.signer, self.db = signer, db
        db.execute(
            "CREATE TABLE IF NOT EXISTS shown (issuer TEXT, number TEXT, visit_id TEXT, serial TEXT, kind TEXT, year INTEGER, former TEXT, expires_at INTEGER,"
            " request_id TEXT, PRIMARY KEY (issuer, number))"
        )

    def vouch(self, person: Json | None, asked: Json) -> Json:
        if person is None or "resident" not in person:
            raise Refused("not_registered")
        refused = {entry.get("refused") for entry in person["kinds"].values()}
        for code in ("not_issuable", "not_usable_yet", "under_15", "moved_out"):
            if code in refused:
                raise Refused(code)
        resident, first = person["resident"], f"{asked['year']:04d}-01-01"
        for code, day in (("unborn_on_january_1", "birth"), ("juminhyo_code_changed", "code_since"), ("abroad_on_january_1", "from_abroad_since")):
            if resident.get(day, "") > first:
                raise Refused(code)
        now = int(time.time())
        try:
            if asked["to"] == self.signer.municipality or len(asked["recipient"]) > 16_384:
                raise ValueError("to")
            by, recipient = self.signer.verified(word("[!-~]+")(asked["recipient"]), "konbini-referral-key+jws", STATEMENT)
            if not by == recipient["municipality"] == word("[0-9]{6}")(asked["to"]) or not recipient["since"] <= now < recipient["until"]:
                raise ValueError("recipient")
            said = {"issuer": self.signer.municipality, "audience": asked["to"], "visit_id": asked["visit_id"], "card": card(asked["visit_id"], asked["serial"]),
                    "juminhyo_code": resident["juminhyo_code"], "birth": resident["birth"], "kind": asked["kind"], "year": asked["year"], "number": os.urandom(16).hex(),
                    "made_at": now, "expires_at": now + 300}  # fmt: skip
            return {"visit_id": asked["visit_id"], "sealed": self.signer.seal(self.signer.sign("konbini-referral+jws", said), recipient)}
        except Exception:  # noqa: BLE001 - whatever is wrong with another's words, they do not count
            raise Refused("referral_invalid") from None

    def shown(self, former: list[Json], open_until: int, asked: Json) -> str:
        """Whom a referral names: the register's own word for a former resident."""
        try:
            by, said = self.signer.opened(asked["referral"])
        except Exception:  # noqa: BLE001 - whatever is wrong with another's words, they do not count
            raise Refused("referral_invalid") from None
        own = (said["issuer"], said["issuer"], said["audience"], said["kind"], said["year"], said["card"])
        if own != (by, asked["vouched_by"], self.signer.municipality, asked["kind"], asked["year"], card(said["visit_id"], asked["serial"])):
            raise Refused("referral_invalid")
        now = time.time()
        if said["expires_at"] <= now:
            raise Refused("referral_expired")
        if said["made_at"] > now + 60 or not 0 < said["expires_at"] - said["made_at"] <= 900:
            raise Refused("referral_invalid")
        if said["visit_id"] != asked["visit_id"]:
            seen = self.db.execute("SELECT 1 FROM shown WHERE issuer = ? AND number = ?", (by, said["number"])).fetchone()
            raise Refused("referral_used" if seen else "referral_invalid")
        meant = [one for one in former if (one["juminhyo_code"], one["birth"]) == (said["juminhyo_code"], said["birth"])]
        named = next((one["id"] for one in meant if one["year"] == said["year"] and said["kind"] in one["kinds"]), None)
        self.db.execute("INSERT OR IGNORE INTO shown VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                        (by, said["number"], said["visit_id"], asked["serial"], said["kind"], said["year"], named, said["expires_at"]))  # fmt: skip
        if any(one.get("refused") for one in meant):
            raise Refused("not_issuable")
        if said["year"] > open_until:
            raise Refused("year_not_open")
        if named is None:
            raise Refused("not_found_there")
        return str(named)

    def usable(self, order: Json) -> str:
        named = (order["visit_id"], order["serial"], order["kind"], order["year"])
        rows = self.db.execute(
            "SELECT former, expires_at, request_id FROM shown WHERE visit_id = ? AND serial = ? AND kind = ? AND year = ? ORDER BY rowid DESC", named
        ).fetchall()
        if not rows or rows[0][0] is None:
            raise Refused("referral_invalid")
        if any(row[2] not in (None, order["request_id"]) for row in rows):
            raise Refused("referral_used")
        if rows[0][2] is None and rows[0][1] <= time.time():
            raise Refused("referral_expired")
        return str(rows[0][0])

    def used(self, order: Json) -> None:
        named = (order["request_id"], order["visit_id"], order["serial"], order["kind"], order["year"])
        self.db.execute("UPDATE shown SET request_id = ? WHERE visit_id = ? AND serial = ? AND kind = ? AND year = ?", named)
