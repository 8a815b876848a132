"""A family to make papers of the 戸籍 for: 渡邉󠄐 太郎 and his wife, their children in all sorts of standing, and an adopted one; the 附票 of the same; and what a test changes in them."""

from dataclasses import replace
from datetime import date

from certificates.binding import binding
from certificates.checking import Expected, Signature
from certificates.drawing import draw, sheets_of
from certificates.entitlement import Declined
from certificates.face import Face
from certificates.issuing import Wanted, issue, offer
from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.signature.signing import sign
from certificates.sources import Sources
from registers.koseki import entries
from registers.koseki.entries import Forwarded, koseki_reference
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Entry, Koseki, KosekiPerson
from tests.certificates.papers import FORM, KEY, NOW
from tests.certificates.signature import documents

HONSEKI = "見本県みほん市本町一丁目１番地"
FATHER, MOTHER = "渡邉󠄐　太郎", "渡邉󠄐　花子"
NUMBERS = tuple(f"00000000{number}1" for number in range(10, 20))

TARO = KosekiPerson(
    person_no=NUMBERS[0], given_name="太郎", given_name_kana="タロウ", kana_recorded_on=date(2026, 6, 1), birth="1961-04-01", sex="男",
    father="渡邉󠄐　一", mother="渡邉󠄐　キヨ", adoptive_father=None, adoptive_mother=None, relation="長男", spouse="夫",
    entries=(
        entries.birth("1961-04-01", "見本県みほん市", date(1961, 4, 8)),
        entries.marriage(date(1988, 5, 5), "𠮷田　花子", previous=koseki_reference("見本県みほん市東町三丁目２５番地", "渡邉󠄐　一")),
        entries.adoption_by(date(2001, 4, 2), "辻󠄀　小夜子", together_with="妻", childs_previous=koseki_reference("例示県ためし市北町二丁目３番地", "辻󠄀　髙志")),
    ),
    atena_no="0000000011",
)  # fmt: skip
HANAKO = replace(
    TARO, person_no=NUMBERS[1], given_name="花子", given_name_kana="ハナコ", birth="昭和３８年月日不詳", sex="女", father=None, mother="𠮷田　ウメ", relation="二女",
    spouse="妻", atena_no="0000000022",
    entries=(
        entries.birth("昭和３８年月日不詳", "不詳", date(1963, 12, 2), "母"),
        entries.marriage(date(1988, 5, 5), FATHER, previous=koseki_reference("見本県となり町字本郷百二十番地", "𠮷田　ウメ"), forwarded=Forwarded(date(1988, 5, 9), "見本県となり町長")),
        entries.adoption_by(date(2001, 4, 2), "辻󠄀　小夜子", together_with="夫", childs_previous=koseki_reference("例示県ためし市北町二丁目３番地", "辻󠄀　髙志")),
    ),
)  # fmt: skip
ICHIRO = KosekiPerson(
    person_no=NUMBERS[2], given_name="一郎", given_name_kana=None, kana_recorded_on=None, birth="1989-01-08", sex="男", father=FATHER, mother=MOTHER,
    adoptive_father=None, adoptive_mother=None, relation="長男", spouse=None, removed_on=date(2015, 6, 6),
    entries=(
        entries.birth("1989-01-08", "見本県みほん市", date(1989, 1, 14)),
        entries.marriage_out(date(2015, 6, 6), "髙﨑　葵", "例示県ためし市南町一丁目１番地", "夫の氏", forwarded=Forwarded(date(2015, 6, 10), "例示県ためし市長")),
    ),
)  # fmt: skip
YOSHIO = replace(
    ICHIRO, person_no=NUMBERS[3], given_name="𠮷男", given_name_kana="ヨシオ", kana_recorded_on=date(2026, 7, 15), birth="1991-02-28", relation="二男",
    removed_on=date(2020, 2, 29),
    entries=(
        entries.birth("1991-02-28", "見本県みほん市", date(1991, 3, 5)),
        entries.death("2020-02-29", "午後８時３０分", "見本県みほん市", date(2020, 3, 2), "親族　渡邉󠄐太郎"),
    ),
)  # fmt: skip
TAKASHI = replace(
    ICHIRO, person_no=NUMBERS[4], given_name="髙志", given_name_kana="タカシ", kana_recorded_on=None, birth="1994-12-24", relation="三男", removed_on=None,
    entries=(
        entries.birth("1994-12-24", "例示県ためし市", date(1995, 1, 4), "母", forwarded=Forwarded(date(1995, 1, 9), "例示県ためし市長")),
        entries.marriage(date(2019, 11, 1), "葛󠄀城　ルミ"),
        entries.divorce(date(2022, 7, 7), "葛󠄀城　ルミ"),
    ),
    atena_no="0000000055",
)  # fmt: skip
SAYOKO = replace(
    ICHIRO, person_no=NUMBERS[5], given_name="小夜子", given_name_kana="サヨコ", kana_recorded_on=date(2026, 8, 3), birth="1996-07-07", sex="女",
    father="辻󠄀　髙志", mother="辻󠄀　茜", adoptive_father=FATHER, adoptive_mother=MOTHER, relation="長女", removed_on=None,
    entries=(
        entries.birth("1996-07-07", "例示県ためし市", date(1996, 7, 12)),
        entries.adoption(
            date(2001, 4, 2), FATHER, MOTHER, previous=koseki_reference("例示県ためし市北町二丁目３番地", "辻󠄀　髙志"), consent="親権者母",
        ),
    ),
)  # fmt: skip
FAMILY = Koseki(
    koseki_no="0000000101", honseki=HONSEKI, family_name="渡邉󠄐", family_name_kana="ワタナベ", family_name_kana_recorded_on=date(2026, 6, 1), hittousha=FATHER,
    entries=(entries.koseki_remade(date(2005, 11, 12)), entries.tenseki_in(date(2010, 3, 3), "例示県ためし市中央四丁目５番地６")),
    members=(TARO, HANAKO, ICHIRO, YOSHIO, TAKASHI, SAYOKO), standing="current", change_pending=False, version="v1",
)  # fmt: skip
ALONE = replace(FAMILY, members=(TARO,))
MISSING = Entry("特記事項", (("特記事項", "見本" * 60),), date(2026, 1, 5))
"""An entry of 120 characters."""

OLD_HOME = FuhyoAddress("例示県ためし市中央四丁目５番６号", "1988-05-05")
HOME = FuhyoAddress("見本県みほん市中央一丁目２番３号　みほんハイツ１０２号室", "2010-03-03")
LONG_HOME = FuhyoAddress(
    "見本県みほん市北見本区東見本町字大字小字三丁目１２番３４号　グランドみほんシティタワーレジデンス南館サウスウイング第二番館４５０３号室",
    "2019-05-01",
)


def on_fuhyo(member: KosekiPerson, *addresses: FuhyoAddress, code: str | None = "12345678901") -> FuhyoPerson:
    """The same person in the 附票."""
    return FuhyoPerson(
        person_no=member.person_no, name=f"渡邉󠄐　{member.given_name}", given_name=member.given_name, birth=member.birth, sex=member.sex, juminhyo_code=code,
        addresses=addresses or (OLD_HOME, HOME), removed_on=member.removed_on, atena_no=member.atena_no,
    )  # fmt: skip


FUHYO = Fuhyo(
    koseki_no="0000000101", honseki=HONSEKI, hittousha=FATHER,
    people=(
        on_fuhyo(TARO, OLD_HOME, HOME, LONG_HOME, FuhyoAddress("見本県みほん市中央一丁目２番３号", "令和３年秋頃")),
        on_fuhyo(HANAKO, OLD_HOME, HOME, code="22345678901"),
        replace(on_fuhyo(ICHIRO, OLD_HOME, HOME, code=None), birth=None, sex=None),
        replace(on_fuhyo(YOSHIO, OLD_HOME, HOME, code=None), birth=None, sex=None),
        on_fuhyo(TAKASHI, HOME, code="52345678901"),
        on_fuhyo(SAYOKO, FuhyoAddress("例示県ためし市北町二丁目３番１号", "1996-07-07"), HOME, code="62345678901"),
    ),
    made_on=date(2005, 11, 12), standing="current", version="v1",
)  # fmt: skip


def policy(kind: str, **changes: object) -> Policy:
    """Everything of this kind offered."""
    known = KINDS[kind]
    plain = Policy(kind=kind, options=tuple(option.code for option in known.options), forms=tuple(form.code for form in known.forms), copies_max=5)
    return replace(plain, **changes)  # type: ignore[arg-type]


def sources(koseki: Koseki = FAMILY, fuhyo: Fuhyo | None = FUHYO, person_no: str = TARO.person_no) -> Sources:
    """What the register says to somebody of this 戸籍 who lives elsewhere."""
    return Sources(version="v1", holder=None, household=None, person_no=person_no, koseki=koseki, fuhyo=fuhyo)


def face(kind: str, *people: str, show: tuple[str, ...] = (), of: Sources | None = None, policy_of: Policy | None = None, copy: int = 1) -> Face:
    """The face of a paper about these people (numbers), about everybody without any; the paper must not be declined."""
    found, rules = of or sources(), policy_of or policy(kind)
    everybody = offer(found, KINDS[kind], rules, KEY, NOW)
    assert not isinstance(everybody, Declined), everybody
    wanted = Wanted(people or tuple(member.id for member in everybody.members), show, kind, None, found.version)
    number, bound = f"20261123 みほん市 K0001 {copy:06d}", binding(f"issuance-{copy}", "1f3a", "f" * 64)
    made = issue(found, KINDS[kind], rules, wanted, FORM, number, bound, NOW)
    assert not isinstance(made, Declined), made
    return made


def expected(of: Face, *people: str, show: tuple[str, ...] = (), found: Sources | None = None) -> Expected:
    """The order that `of` answers, with the fingerprints as they were offered before anything was chosen."""
    everybody = offer(found or sources(), KINDS[of.form], policy(of.form), KEY, NOW)
    assert not isinstance(everybody, Declined), everybody
    chosen = [member for member in everybody.members if not people or member.id in people]
    return Expected(
        kind=of.form, form=of.form, year=None, binding=of.binding, number=of.number, sheets=sheets_of(of), visit_key=KEY, show=show,
        fingerprints=tuple(member.fingerprint for member in chosen), everybody=len(chosen) == len(everybody.members),
        signature=Signature("992011", tuple(documents.roots()), NOW),
    )  # fmt: skip


def paper(of: Face) -> bytes:
    """The finished PDF, signed by the municipality."""
    return sign(draw(of, FORM, NOW).pdf, documents.city())
