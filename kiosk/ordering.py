"""申請 at the terminal: who and what may stand on the paper, the signed application, and the kiosk's own look at the papers that come back.

The kiosk trusts neither the center nor the issuer: it reads the drawn text of each PDF itself and holds it against what was touched on this
screen and against the fingerprints that were stated when the choice was offered. Any difference: the paper is stopped, and no coin is taken.
"""

from hashlib import sha256

from cryptography import x509

from certificates.back.reading import read_back
from certificates.binding import binding
from certificates.checking import Expected, Signature, differences
from certificates.plain_file import Unreadable
from certificates.signature.chain import SignerRole
from certificates.signature.strict import Unsigned, verify
from kiosk import journal
from kiosk.identification import refused, turned_down
from kiosk.journal import Paper
from kiosk.machine import Machine
from kiosk.selection import Selection, fingerprints_listed, lists_everybody, members_listed, options_shown, with_choices
from kiosk.session import Notice, Session
from kiosk.visit import Event
from messages.ids import time_ordered_id
from messages.refusals import Refusal, refuse
from messages.visits import Application, CertificateReady, ReadyPaper
from messages.wire import hash_of


async def ask_directory(machine: Machine, session: Session) -> Event:
    """Which municipalities take part."""
    answer = await machine.door.directory(machine.now())
    if isinstance(answer, Refusal):
        return refused(session, answer)
    session.directory = answer
    return Event.DIRECTORY_READY


async def ask_choices(machine: Machine, session: Session) -> Event:
    """Who and what may stand on a certificate of the chosen kind."""
    selection = session.selection
    assert session.visit_id is not None
    assert selection.issuing is not None
    assert selection.offer is not None
    no = turned_down if _may_choose_again(selection) else refused
    year = selection.wide_year if selection.vouched_by else None
    answer = await machine.door.choices(session.visit_id, selection.issuing.code, selection.offer.kind, selection.vouched_by, year)
    if isinstance(answer, Refusal):
        return no(session, answer)
    if not answer.forms:
        return no(session, refuse("fees_unavailable"))
    if selection.wide_year is not None and selection.wide_year not in answer.years:
        return _without_the_year(session, selection.wide_year, answer.years)
    session.selection = with_choices(selection, answer)
    return Event.CHOICES_READY


def _without_the_year(session: Session, year: int, offered: tuple[int, ...]) -> Event:
    """A paper of the holder's can be had, but not of this 年度: of one later than all that are offered the municipality has either approved nothing yet, or no record."""
    if not offered or year < max(offered):
        return turned_down(session, refuse("tax_not_here"))
    session.notice = Notice("year_not_here")
    return Event.TURNED_DOWN


def _may_choose_again(selection: Selection) -> bool:
    """A municipality was named in which the resident may not be known: there is another to be named, or a 利用登録 to be applied for."""
    return selection.wide_year is not None or selection.door == "honseki"


async def apply(machine: Machine, session: Session) -> Event:
    """Hand in the application; with the papers in hand and found right, journal them. From then on coins may be taken."""
    now = machine.now()
    application = _application(machine, session)
    session.begin_request(application.request_id)
    await machine.write(journal.note, application.visit_id, application.request_id, "applied", "", now)
    answer = await machine.door.apply(application)
    if isinstance(answer, Refusal):
        return refused(session, answer)
    wrong = wrong_with(answer, application, session, machine)
    if wrong:
        return _stopped(session, "; ".join(wrong))
    if not _room_to_print(machine, answer):
        session.notice = Notice("printer_not_ready", refuse("failed"))
        return Event.REFUSAL
    papers = tuple(
        Paper(issuance_id=paper.issuance_id, request_id=answer.request_id, visit_id=application.visit_id, sheets=paper.sheets, fee_yen=application.fee_yen,
              state="ready")
        for paper in answer.papers
    )  # fmt: skip
    await machine.write(journal.papers_ready, papers, machine.now())
    session.ready = answer
    return Event.PAPERS_READY


def wrong_with(ready: CertificateReady, application: Application, session: Session, machine: Machine) -> tuple[str, ...]:
    """Everything in which the papers differ from what was applied for; empty when nothing does. The texts name no person."""
    found: list[str] = []
    if len(ready.papers) != application.copies:
        found.append(f"{len(ready.papers)} papers for {application.copies} copies")
    if ready.total_yen != application.fee_yen * application.copies:
        found.append("the total is not the fee that was shown")
    found.extend(
        f"two papers have one {name}"
        for name in ("issuance_id", "binding", "number")
        if len({getattr(paper, name) for paper in ready.papers}) != len(ready.papers)
    )
    for paper in ready.papers:
        found.extend(_wrong_with_paper(paper, application, session, machine))
    return tuple(found)


def _wrong_with_paper(paper: ReadyPaper, application: Application, session: Session, machine: Machine) -> tuple[str, ...]:
    assert session.admitted is not None
    assert session.challenge is not None
    try:
        bound = binding(paper.issuance_id, _serial(session.certificate), hash_of(application))
        if paper.binding != bound:
            return ("the binding is not of this card and this application",)
        signature = Signature(application.municipality, machine.document_roots, machine.now())
        wrong = differences(paper.face, expected_of(paper, application.kind, session.selection, session.admitted.visit_key, signature))
        return wrong or _wrong_with_back(paper, session.challenge.center, signature)
    except ValueError:
        return ("the paper cannot be read",)


def _wrong_with_back(paper: ReadyPaper, center: str, signature: Signature) -> tuple[str, ...]:
    """The back is this center's, and of this face and no other."""
    try:
        signed = verify(paper.back, signature.roots, signature.at)
        back = read_back(paper.back)
    except Unsigned as problem:
        return (f"back: signature {problem.reason}",)
    except Unreadable:
        return ("back: it cannot be read",)
    if (signed.role, signed.name) != (SignerRole.CENTER, center):
        return ("back: of another signer",)
    if (back.text.issuance_id, back.text.face_sha256, back.sheets) != (paper.issuance_id, sha256(paper.face).hexdigest(), paper.sheets):
        return ("back: of another face",)
    return ()


def _serial(certificate: bytes) -> str:
    return f"{x509.load_der_x509_certificate(certificate).serial_number:x}"


def expected_of(paper: ReadyPaper, kind: str, selection: Selection, visit_key: bytes, signature: Signature) -> Expected:
    """What this paper must be, from the kiosk's own memory of the touches and the offer."""
    return Expected(
        kind=kind,
        form=selection.form,
        year=selection.year,
        binding=paper.binding,
        number=paper.number,
        sheets=paper.sheets,
        fingerprints=fingerprints_listed(selection),
        visit_key=visit_key,
        show=options_shown(selection),
        everybody=lists_everybody(selection),
        signature=signature,
    )


def _application(machine: Machine, session: Session) -> Application:
    selection = session.selection
    assert session.visit_id is not None
    assert selection.issuing is not None
    assert selection.offer is not None
    assert selection.choices is not None
    now = machine.now()
    return Application(
        request_id=time_ordered_id(now, machine.token),
        visit_id=session.visit_id,
        kiosk_id=machine.terminal_id,
        municipality=selection.issuing.code,
        kind=selection.offer.kind,
        form=selection.form,
        year=selection.year,
        vouched_by=selection.vouched_by,
        members=members_listed(selection),
        show=options_shown(selection),
        copies=selection.copies,
        fee_yen=selection.fee_yen,
        register_version=selection.choices.register_version,
        applied_at=now,
    )


def _room_to_print(machine: Machine, ready: CertificateReady) -> bool:
    return not machine.printer.jammed() and machine.printer.paper() >= sum(paper.sheets for paper in ready.papers)


def _stopped(session: Session, what: str) -> Event:
    session.notice = Notice("paper_stopped", refuse("paper_stopped", what))
    return Event.PAPER_STOPPED
