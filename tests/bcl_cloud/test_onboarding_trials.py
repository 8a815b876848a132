"""The trial issue: every form drawn on the tenant's own terms, looked at by a person of the tenant, and what a change makes due again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.joining.trial_issue import draw_trial, look_at_all, specimen
from bcl_cloud.serving import Serving
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants import trials
from bcl_cloud.tenants.entries import TenantRefused
from bcl_cloud.tenants.specimen_papers import due_papers, specimen_face
from bcl_cloud.tenants.trials import Look, looked_at_only
from certificates.face import Face
from certificates.kinds import KINDS
from certificates.seal import seal_png
from issuer.terms import Certifier, PolicySetting
from messages.orders import ChoicesOffered, Issued
from tests.bcl_cloud.opened import ACCOUNT, CLERK_NAME, opened
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.test_desk import cloud, said
from tests.issuer.town import DECLARED, FATHER, NOW, SINCE, ask, drawn_text, issuer, order, policy_of

__all__ = ["cloud"]
TODAY = NOW.date()
FORMS = [(kind, form.code) for kind in KINDS for form in KINDS[kind].forms]
NEW_YEAR = date(2027, 1, 1)


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_specimen_is_the_tenants_own_paper_of_nobody_under_a_number_that_is_never_given(kind: str, form: str) -> None:
    face, under, at = specimen_face(issuer(), kind, form, TODAY)
    assert isinstance(face, Face) and face.form == form and at.date() == TODAY
    assert face.text("certifier_title") == "見本県みほん市長" and under.seal_png == issuer().form_on(TODAY).seal_png
    assert face.number == "20261123 みほん市 000000" and face.binding == "見本"
    assert any("見本" in text for piece in face.pieces for _, text in piece.cells)


def test_what_begins_later_is_due_as_well_and_what_is_as_before_is_due_once() -> None:
    due = due_papers(issuer(), TODAY)
    assert {one.since for one in due} == {TODAY, NEW_YEAR} and len(due) == 2 * len(FORMS)
    assert len({one.terms for one in due}) == len(due)
    later = due_papers(issuer(), NEW_YEAR + timedelta(days=1))
    assert {one.terms for one in later} == {one.terms for one in due if one.since == NEW_YEAR}


def test_forms_that_nobody_looked_at_are_offered_on_no_day_of_theirs() -> None:
    whole = issuer()
    due = due_papers(whole, TODAY)
    looked = frozenset((one.kind, one.form, one.terms) for one in due if one.since == TODAY and one.form not in ("kojinhyo", "inkan"))
    seen = looked_at_only(whole, looked)
    assert [policy.forms if (policy := seen.policy_on(kind, TODAY)) else () for kind in ("juminhyo", "inkan", "kazei")] == [
        ("juminhyo",),
        (),
        ("kazei", "shotoku", "shotoku_kazei"),
    ]
    assert all(seen.policy_on(kind, NEW_YEAR) is None for kind in KINDS)
    assert all(looked_at_only(whole, frozenset()).policy_on(kind, TODAY) is None for kind in KINDS)


@pytest.mark.parametrize(
    "change",
    [
        {"seal_png": seal_png("べつの市長之印")},
        {"certifier_name": "別の　市長"},
        {"certifier_title": "見本県みほん市長職務代理者"},
        {"number_prefix": "別"},
        {"name": "べつの市"},
        {"prefecture": "別の県"},
    ],
)
def test_whatever_a_paper_shows_of_its_issuer_makes_it_due_again(change: dict[str, object]) -> None:
    whole = issuer()
    (since, form), _ = whole.forms
    changed = replace(whole, forms=((since, replace(form, **change)),))  # type: ignore[arg-type]
    before = {(one.kind, one.form): one.terms for one in due_papers(replace(whole, forms=((since, form),)), TODAY)}
    after = {(one.kind, one.form): one.terms for one in due_papers(changed, TODAY)}
    assert before.keys() == after.keys() and not set(before.values()) & set(after.values())


@pytest.mark.parametrize("change", [{"copies_max": 3}, {"options": ()}, {"leaving_blocks": "household"}, {"overflow": "cut"}])
def test_a_change_of_one_kinds_settings_makes_that_kind_due_and_no_other(change: dict[str, object]) -> None:
    before = {(one.kind, one.form): one.terms for one in due_papers(issuer(), TODAY) if one.since == TODAY}
    changed = issuer(kisai_jiko=policy_of(KINDS["kisai_jiko"], **change))
    after = {(one.kind, one.form): one.terms for one in due_papers(changed, TODAY) if one.since == TODAY}
    assert {key for key in before if before[key] != after[key]} == {("kisai_jiko", "kisai_jiko")}


async def test_a_tenant_opens_when_one_of_its_own_has_called_every_form_good(cloud: Cloud) -> None:
    await cloud.database.write(tenants.set_staff, A, (ACCOUNT,), "op", "参加", NOW)
    lines = await draw_trial(cloud, A, "op", "試験発行", NOW)
    assert {line.state for line in lines} == {"drawn"}
    first, second = (Look(line.due.kind, line.due.form, line.due.terms, line.pdf_sha256, True, "") for line in lines)
    for who, look, why in (
        ("op", first, "not_of_tenant"),
        (CLERK_NAME, replace(first, pdf_sha256="0" * 64), "trial_other"),
        (CLERK_NAME, replace(first, terms="0" * 64), "trial_other"),
        (CLERK_NAME, replace(first, good=False), "remark_missing"),
    ):
        with pytest.raises(TenantRefused, match=why):
            await cloud.database.write(trials.look, A, look, who, NOW)
    await cloud.database.write(trials.look, A, first, CLERK_NAME, NOW)
    assert await onboarding.open_tenant(cloud, A, "op", "開始", NOW) == ("trial",)
    await cloud.database.write(trials.look, A, replace(second, good=False, remark="公印が薄い"), CLERK_NAME, NOW)
    assert await onboarding.open_tenant(cloud, A, "op", "開始", NOW) == ("trial",)
    await cloud.database.write(trials.look, A, second, CLERK_NAME, NOW)
    assert await onboarding.open_tenant(cloud, A, "op", "開始", NOW) == ()
    assert (await cloud.database.read(tenants.staff_of_tenant, B)) == ()
    with pytest.raises(TenantRefused, match="not_of_tenant"):
        await cloud.database.write(trials.look, B, first, CLERK_NAME, NOW)


async def test_a_change_closes_what_it_concerns_until_somebody_has_looked_and_going_back_needs_no_look(cloud: Cloud) -> None:
    await opened(cloud, A)
    desk = CloudDesk(Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0), FairShare(8, 4, 4))
    before = await said(desk, ask(FATHER))
    assert isinstance(before, ChoicesOffered)
    kisai = PolicySetting(since=SINCE, options=(), forms=("kisai_jiko",), copies_max=1)
    policies = {"juminhyo": (PolicySetting(since=SINCE, options=("relation", "honseki"), forms=("juminhyo", "kojinhyo"), copies_max=10),)}
    await cloud.database.write(tenants.set_forms, A, policies | {"kisai_jiko": (kisai,)}, "op", "追加", NOW)
    assert isinstance(await said(desk, ask(FATHER)), ChoicesOffered)
    assert await said(desk, ask(FATHER, kind="kisai_jiko")) == "kind_unknown"

    mayor = (Certifier(since=SINCE, title="見本県みほん市長職務代理者", name="副市　長子"),)
    await cloud.database.write(tenants.set_certifiers, A, mayor, "op", "交代", NOW)
    assert await said(desk, ask(FATHER)) == "kind_unknown" == await said(desk, order("r1", FATHER, before))
    assert (await onboarding.missing(cloud, A, NOW)) == ("trial",)
    await draw_trial(cloud, A, "op", "交代", NOW)
    assert await said(desk, ask(FATHER)) == "kind_unknown"
    assert await look_at_all(cloud, A, CLERK_NAME, NOW) == ()
    offered = await said(desk, ask(FATHER))
    assert isinstance(offered, ChoicesOffered) and isinstance(await said(desk, ask(FATHER, kind="kisai_jiko")), ChoicesOffered)
    issued = await said(desk, order("r2", FATHER, offered))
    assert isinstance(issued, Issued) and "職務代理者" in drawn_text(issued.papers[0].face)

    former = (Certifier(since=SINCE, title="見本県みほん市長", name="見本　市長"),)
    await cloud.database.write(tenants.set_certifiers, A, former, "op", "戻す", NOW)
    assert isinstance(await said(desk, ask(FATHER)), ChoicesOffered)


async def test_what_is_shown_is_what_was_drawn_with_its_back_and_other_keys_make_it_due_anew(cloud: Cloud) -> None:
    line = (await draw_trial(cloud, A, "op", "試験発行", NOW))[0]
    key = (line.due.kind, line.due.form, line.due.terms)
    shown = await specimen(cloud, A, *key, NOW + timedelta(days=3))
    assert shown is not None and shown.line.pdf_sha256 == line.pdf_sha256 and "見本県みほん市長" in drawn_text(shown.face)
    assert shown.back.startswith(b"%PDF") and shown.sheets == line.sheets
    assert await specimen(cloud, B, *key, NOW) is None
    for name in ("documents.key", "documents.pem", "codes.key"):
        (cloud.keys.folder(A) / name).write_bytes((cloud.keys.folder(B) / name).read_bytes())
    with pytest.raises(Exception, match="not this municipality's"):
        await specimen(cloud, A, *key, NOW)


async def test_a_form_that_cannot_be_drawn_says_which_cell_and_cannot_be_called_good(cloud: Cloud) -> None:
    await cloud.database.write(tenants.set_staff, A, (ACCOUNT,), "op", "参加", NOW)
    long = (Certifier(since=SINCE, title="見本県みほん市長", name="寿限無" * 60),)
    await cloud.database.write(tenants.set_certifiers, A, long, "op", "長い名前", NOW)
    lines = await draw_trial(cloud, A, "op", "試験発行", NOW)
    assert {(line.state, line.problem) for line in lines} == {("undrawable", "does not fit: certifier_name")}
    assert len(await look_at_all(cloud, A, CLERK_NAME, NOW)) == len(lines)
    forced = Look(lines[0].due.kind, lines[0].due.form, lines[0].due.terms, "", True, "")
    with pytest.raises(TenantRefused, match="trial_other"):
        await cloud.database.write(trials.look, A, forced, CLERK_NAME, NOW)
