"""A certificate server written from docs/protocol/ alone: standard library, cryptography by way of pyHanko, ReportLab; nothing of the project.

    python server.py SETTINGS.json

The settings name the municipality, the register, the files of keys, and a font. Prints its port when it listens. Everything is kept in memory.
"""

import base64
import hashlib
import hmac
import io
import json
import re
import ssl
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

STATUS = {"malformed": 422, "body_too_large": 413, "not_found": 404, "role_not_admitted": 403}
TITLE = {"juminhyo": "住民票の写し", "inkan": "印鑑登録証明書"}
STATEMENT = {
    "juminhyo": "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。",
    "inkan": "この写しは、登録されている印影と相違ないことを証明する。",
}
CHOICES = {"visit_id": str, "visit_key": bytes, "serial": str, "municipality": str, "kind": str}
MAY = {"referral": str, "year": int, "vouched_by": str}
ORDER = {
    "request_id": str, "visit_id": str, "serial": str, "municipality": str, "kind": str, "form": str, "year": int, "members": list, "show": list,
    "register_version": str, "papers": list, "ordered_at": datetime,
}  # fmt: skip
OUTCOME = {"issuance_id": str, "request_id": str, "municipality": str, "outcome": str, "at": datetime}
COPIES, REFUSAL_SECONDS, BODY_MAX = 10, 0.05, 65_536


class Refused(Exception):
    pass


def field(value, kind, name):
    if kind is bytes:
        return base64.b64decode(value, validate=True)
    if kind is datetime:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise Refused("malformed")
        return at
    if value is None and name == "year":
        return None
    if not isinstance(value, kind):
        raise Refused("malformed")
    return value


def read(body, demanded, optional):
    try:
        said = json.loads(body)
        if not isinstance(said, dict) or set(said) - set(demanded) - set(optional) or set(demanded) - set(said):
            raise Refused("malformed")
        return {name: field(said[name], kind, name) for name, kind in demanded.items()}
    except (ValueError, TypeError):
        raise Refused("malformed") from None


def fingerprint(key, name, birth):
    parts = b"".join(len(text.encode()).to_bytes(4, "big") + text.encode() for text in (name, birth))
    return hmac.new(key, b"konbini fingerprint 1" + parts, hashlib.sha256).hexdigest()


class Issuer:
    def __init__(self, settings):
        self.settings = settings
        self.lock = threading.Lock()
        self.orders, self.papers, self.outcomes, self.count = {}, {}, {}, 0
        pdfmetrics.registerFont(TTFont("Mincho", settings["font"]))
        self.signer = signers.SimpleSigner.load(settings["signer_key"], settings["signer_certificate"])

    def found(self, said):
        if said["municipality"] != self.settings["municipality"]:
            raise Refused("municipality_unknown")
        if said["kind"] not in self.settings["kinds"]:
            raise Refused("kind_unknown")
        person = self.settings["register"].get(said["serial"])
        if person is None:
            raise Refused("not_registered")
        if person.get("refused", {}).get(said["kind"]):
            raise Refused(person["refused"][said["kind"]])
        people = person["kinds"].get(said["kind"])
        if people is None:
            raise Refused("no_seal")
        version = hashlib.sha256(json.dumps(person, sort_keys=True).encode()).hexdigest()[:32]
        return person, people, version

    def declared(self):
        return {"program": "stranger/1", "topology": "processes=1 database=memory"}

    def choices(self, body):
        said = read(body, CHOICES, MAY)
        _, people, version = self.found(said)
        members = [
            {
                "member_id": str(at),
                "name": one["name"],
                "relation": "",
                "holder": bool(one.get("holder")),
                "choosable": True,
                "fingerprint": fingerprint(said["visit_key"], one["name"], one["birth"]),
            }
            for at, one in enumerate(people)
        ]
        head = {"visit_id": said["visit_id"], "kind": said["kind"], "members": members, "forms": [said["kind"]], "years": [], "options": []}
        return head | {"copies_max": COPIES, "register_version": version, "declared": self.declared()}

    def order(self, body):
        said = read(body, ORDER, {"by_referral": bool})
        digest = hashlib.sha256(body).digest()
        with self.lock:
            request = said["request_id"]
            ids = [one["issuance_id"] for one in said["papers"]]
            known = self.orders.get(request)
            if (known is not None and known[0] != digest) or any(self.papers.get(one, request) != request for one in ids):
                raise Refused("request_altered")
            told = [self.outcomes[one] for one in ids if one in self.outcomes]
            if told:
                raise Refused("already_printed" if "printed" in told else "request_closed")
            person, people, version = self.found(said)
            if said["form"] != said["kind"]:
                raise Refused("form_invalid")
            if said["register_version"] != version:
                raise Refused("register_changed")
            if said["show"]:
                raise Refused("options_invalid")
            if said["year"] is not None:
                raise Refused("year_invalid")
            places = {str(at) for at in range(len(people))}
            if not said["members"] or not set(said["members"]) <= places:
                raise Refused("members_invalid")
            if not 0 < len(ids) <= COPIES:
                raise Refused("copies_invalid")
            if known is None:
                listed = [one for at, one in enumerate(people) if str(at) in said["members"]]
                made = [self.paper(said["kind"], listed, person["address"], one) for one in said["papers"]]
                self.orders[request] = known = (digest, {"request_id": request, "papers": made, "declared": self.declared()})
                self.papers.update(dict.fromkeys(ids, request))
            return known[1]

    def paper(self, kind, people, address, ordered):
        self.count += 1
        number = f"よその市第{self.count:06d}号"
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(595, 842))
        sheets = len(people)
        for at, person in enumerate(people, 1):
            lines = ["見本", TITLE[kind], person["name"], person["birth"], address]
            if at == sheets:
                lines += [STATEMENT[kind], "見本県みほん市長　見本　市長"]
            canvas.setFont("Mincho", 12)
            for place, line in enumerate(lines):
                canvas.drawString(60, 780 - 24 * place, line)
            canvas.setFont("Mincho", 8)
            canvas.drawString(60, 60, f"{number}　{at}/{sheets}")
            canvas.drawString(60, 45, ordered["binding"])
            canvas.showPage()
        canvas.save()
        metadata = signers.PdfSignatureMetadata(field_name="Sig1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
        signed = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(out.getvalue())), metadata, signer=self.signer).getvalue()
        face = base64.b64encode(signed).decode()
        return {"issuance_id": ordered["issuance_id"], "number": number, "sheets": sheets, "face": face, "codes": []}

    def outcome(self, body):
        said = read(body, OUTCOME, {})
        if said["municipality"] != self.settings["municipality"]:
            raise Refused("municipality_unknown")
        if said["outcome"] not in ("printed", "void", "unresolved", "stopped"):
            raise Refused("malformed")
        with self.lock:
            before = self.outcomes.get(said["issuance_id"])
            if before in ("printed", "stopped") and before != said["outcome"]:
                raise Refused("request_altered")
            self.outcomes[said["issuance_id"]] = said["outcome"]
        return {"issuance_id": said["issuance_id"]}


def handler(issuer):
    serves = {"/v1/choices": issuer.choices, "/v1/orders": issuer.order, "/v1/outcomes": issuer.outcome}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            began, status = time.monotonic(), 200
            try:
                body = self.body()
                if not any(name == "URI" and re.fullmatch("urn:konbini:party:center:.+", uri) for name, uri in self.names()):
                    raise Refused("role_not_admitted")
                if self.path not in serves:
                    raise Refused("not_found")
                said = serves[self.path](body)
            except Refused as refused:
                code = str(refused)
                status = issuer.settings["status"][code]
                said = {"type": "refusal", "code": code, "ja": "交付できません。", "en": "It cannot be issued.", "detail": ""}
                time.sleep(max(0.0, began + REFUSAL_SECONDS - time.monotonic()))
            raw = json.dumps(said, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            with suppress(OSError):  # the asker may have hung up
                self.wfile.write(raw)

        def do_GET(self):
            self.path = "-get"
            serves["-get"] = lambda _: (_ for _ in ()).throw(Refused("malformed"))
            self.do_POST()

        def body(self):
            size = int(self.headers.get("Content-Length", 0))
            raw = self.rfile.read(size)
            if size > BODY_MAX:
                raise Refused("body_too_large")
            return raw

        def names(self):
            return (self.connection.getpeercert() or {}).get("subjectAltName", ())

        def log_message(self, *_):
            pass

    return Handler


def main():
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        settings = json.load(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(settings["certificate"], settings["key"])
    context.load_verify_locations(settings["authority"])
    context.verify_mode = ssl.CERT_REQUIRED
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Issuer(settings)))
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
