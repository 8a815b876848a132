"""The trial issue carried out: specimens drawn with a tenant's own keys, seal, certifier and forms, face and back, for a person of the tenant to look at.

Decides which are drawn and that what is shown is what was drawn. What a look counts for is `trials`'. A specimen is no issuance: no number is taken and nothing stands in the 発行履歴.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from bcl_cloud.joining.onboarding import Cloud, trial_of
from bcl_cloud.tenants import trials
from bcl_cloud.tenants.entries import TenantRefused, staff_of_tenant
from bcl_cloud.tenants.specimen_papers import Due, specimen_face
from bcl_cloud.tenants.trials import DrawnSpecimen, Look, TrialLine
from certificates.back.code import TooMuch
from certificates.back.drawing import BackText, SignedAs, draw_back
from certificates.back.picture import fronts
from certificates.entitlement import Declined
from certificates.fitting import DoesNotFit, NoGlyph
from certificates.printing import Printed
from issuer.making import unprintable
from issuer.press import InlinePress, Press
from issuer.terms import Issuer
from screens.sign_in import Opened, SignIn

BACK_SECRET = bytes(32)
"""A real back is scrambled with a secret of the center's. A specimen hides nothing."""
CHECK_PAGE = "https://mihon.example/check"
_PRINTED_BY = SignedAs(name="試験発行（見本）")


@dataclass(frozen=True, slots=True)
class Specimen:
    """A specimen as it is shown: what was drawn (`sheets` and two PDF files, the back unsigned), made at an instant of its day."""

    line: TrialLine
    at: datetime
    sheets: int
    face: bytes
    back: bytes


async def draw_trial(cloud: Cloud, code: str, who: str, why: str, now: datetime, press: Press | None = None) -> tuple[TrialLine, ...]:
    """Draw everything that is due and nobody has called good; how all of it stands then. `press` is where a serving process draws.

    Raises `TenantRefused` (`unknown`, `trial_too_early` while terms or keys are missing), `trust.authority.KeyUnusable`, `PressFull`, `PressBroken`.
    """
    issuer, lines = await trial_of(cloud, code, now)
    if issuer is None or not _may_sign(cloud, code):
        raise TenantRefused("trial_too_early")
    hands = press or InlinePress(cloud.keys.keys(code).hands)
    drawn = []
    for line in trials.still_due(lines):
        made = await _drawn(issuer, line.due, line.due.since, hands)
        if isinstance(made, str):
            drawn.append(DrawnSpecimen(line.due, 0, "", made))
        else:
            drawn.append(DrawnSpecimen(line.due, made[0].sheets, sha256(made[0].face).hexdigest(), ""))
    if drawn:
        await cloud.database.write(trials.note_drawn, code, tuple(drawn), who, why, now)
    return (await trial_of(cloud, code, now))[1]


async def specimen(cloud: Cloud, code: str, kind: str, form: str, terms: str, now: datetime, press: Press | None = None) -> Specimen | None:
    """One specimen with its back, drawn again; None where it was not drawn, or would come out differently now (its keys have changed, say): then it has to be drawn anew."""
    issuer, lines = await trial_of(cloud, code, now)
    line = next((line for line in lines if (line.due.kind, line.due.form, line.due.terms) == (kind, form, terms)), None)
    if issuer is None or line is None or line.drawn_since is None or line.problem or not _may_sign(cloud, code):
        return None
    made = await _drawn(issuer, line.due, line.drawn_since, press or InlinePress(cloud.keys.keys(code).hands))
    if isinstance(made, str) or sha256(made[0].face).hexdigest() != line.pdf_sha256:
        return None
    paper, at = made
    text = BackText(f"specimen-{terms[:16]}", line.pdf_sha256, CHECK_PAGE)
    return Specimen(line, at, paper.sheets, paper.face, draw_back(text, fronts(paper.face), paper.codes, BACK_SECRET, at, _PRINTED_BY))


async def look_at_all(cloud: Cloud, code: str, clerk: str, now: datetime) -> tuple[TrialLine, ...]:
    """One person of the tenant calls everything good that was drawn, paper by paper; what is still due. Raises as `trials.look`."""
    for line in trials.still_due((await trial_of(cloud, code, now))[1]):
        if line.state in ("drawn", "faulty"):
            said = Look(line.due.kind, line.due.form, line.due.terms, line.pdf_sha256, good=True, remark="")
            await cloud.database.write(trials.look, code, said, clerk, now)
    return trials.still_due((await trial_of(cloud, code, now))[1])


async def signed_by(cloud: Cloud, code: str, name: str, password: str, now: datetime) -> None:
    """Whoever speaks for the tenant away from its office is one of its staff and knows the password. Raises `TenantRefused` (`password_wrong`)."""
    accounts = await cloud.database.read(staff_of_tenant, code)
    if not isinstance(await SignIn(accounts, bytes).sign_in(name, password, now), Opened):
        raise TenantRefused("password_wrong")


async def _drawn(issuer: Issuer, due: Due, day: date, press: Press) -> tuple[Printed, datetime] | str:
    face, form, at = specimen_face(issuer, due.kind, due.form, day)
    if isinstance(face, Declined):
        return face.reason
    try:
        return await press.print(face, form, at), at
    except (DoesNotFit, NoGlyph, TooMuch) as problem:
        return unprintable(problem)


def _may_sign(cloud: Cloud, code: str) -> bool:
    return cloud.keys.certificate_until(code) is not None
