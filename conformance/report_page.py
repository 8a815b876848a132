"""The report as a page to read: Japanese first, English beneath. What is to be put right stands first, with what was tried, what was seen, what the description asks, and how to try it again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from types import MappingProxyType

from conformance.cases import CASES, CHAPTERS
from conformance.findings import Finding
from conformance.report import DEMANDED_IN_STRICT, Run, incidents, outcome
from conformance.tried import TRIED

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "passed": ("適合", "passed"),
        "failed": ("不適合", "failed"),
        "not_tried": ("未実施", "not tried"),
        "incomplete": ("試験不足", "incomplete"),
    }
)
INCIDENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "I1": ("混雑で待ち時間を超え、次の人の印刷データを渡した", "a wait grew too long, a lock was let go, and the next job's file was taken"),
        "I2": ("台帳の更新と注文が重なり、別の内容を渡した", "an update of the register and an order met"),
        "I3": ("同じ秒の注文が上書きされた", "two orders of one second overwrote each other"),
        "I4": ("複数枚のうちの1枚が他人のものだった", "one sheet of several was somebody else's"),
        "I5": ("廃止された印鑑の証明書を渡した", "a certificate of a cancelled seal"),
        "I6": ("前の利用者の証明書を渡した", "the previous user's certificate"),
        "I7": ("1台用の作りを複数台で動かした", "a program for one server ran on several"),
    }
)
_DIFFERENCES = {
    "specimen": "「見本」がない", "binding": "照合符号が違う", "number": "発行番号が違う", "part": "何枚目かの表示が違う", "sheets": "枚数が違う", "kind": "標題・様式が違う",
    "year": "年度が違う", "members": "載っている人が違う", "item": "記載事項が違う", "statement": "認証文が違う", "closing": "証明者・日付が違う", "signature": "電子署名が違う",
    "codes": "2次元コードが違う", "unreadable": "読み取れない", "stray": "余分なものがある", "papers": "注文した証明書ではない", "numbers": "発行番号が重なる",
    "rest": "同じ内容のはずの紙で、番号と照合符号のほかの記載が違う",
    "not as described": "約束と違う応答", "no answer": "応答がない", "the change was not carried out": "台帳の変更ができなかった",
}  # fmt: skip
_SEEN = {
    "half of the register before": "更新の前と後の内容が混ざっている",
    "choices of an older register": "古い台帳の申し出のまま作っている",
    "not the register of one moment": "ある一時点の台帳の内容ではない",
    "got a paper": "断るはずの注文に証明書を返している",
    "got other papers": "同じ注文に別の証明書を返している",
    "got another paper": "同じ注文に別の証明書を返している",
    "got different papers": "同じ注文に別の証明書を返している",
    "other papers than before": "同じ注文に別の証明書を返している",
    "answered with status": "応じてはならない接続に応じている",
    "different answers for not_issuable": "理由によって応答が違う",
    "protected ": "支援措置の人への応答の時間が違う",
    "different builds": "応答によって名のりが違う",
    "numbers that do not grow": "発行番号が増えていない",
    "the kit could not go on": "応答を読み進められない",
}
_NOT_TRIED = {
    "may have a paper": "証明書を取れる人がプロファイルにいません",
    "nobody who is refused": "交付できない人がプロファイルにいません",
    "not both a protected person": "支援措置の人と、ほかの理由で交付できない人の両方がプロファイルに要ります",
    "strict mode only": "厳格な試験（--strict）でだけ測ります",
    "without codes": "別の描き方の証明書で、2次元コードがありません",
    "another drawing": "別の描き方の証明書です（見本センターの検査は通りません）",
    "two people of the profile": "同じ証明書を取れる人が2人以上プロファイルに要ります",
    "three sheets": "3人以上の世帯が2つプロファイルに要ります",
    "no change after which": "交付できなくなる変更（refused）がプロファイルにありません",
    "that can be undone": "元に戻せる内容の変更（before と after、undo）がプロファイルにありません",
    "no change of what": "内容の変更（before と after）がプロファイルにありません",
    "among the optional messages": "プロファイルの optional にありません",
    "says nothing of referrals": "プロファイルに referrals がありません",
    "server vouches": "プロファイルの referrals に residents がいません",
    "server recognises": "プロファイルの referrals に former がいません",
    "two copies": "2通以上取れる証明書がプロファイルにありません",
    "TLS 1.2 itself": "この機械では TLS 1.2 を話せません",
}
_LEFT_OUT = {
    "without options": "記載事項を選べる証明書がありません",
    "choosable false": "1人では載れない人（choosable が false）がプロファイルにいません",
    "附票 of three": "3人以上の戸籍・附票がプロファイルにありません",
    "no declared": "プロファイルに declared がありません",
    "nobody of people may have it": "この証明書を取れる人がプロファイルにいません",
    "the profile names none": "プロファイルに certifier がありません",
    "has items for it": "この事項の値（items）がプロファイルにありません",
    "copies_max is 1": "1通しか取れない証明書です",
    "no tls.other_role": "プロファイルに tls.other_role がありません",
    "not two people of the profile": "この証明書を取れる人が2人以上いません",
    "has no undo": "元に戻す方法（undo）がプロファイルにありません",
}
_INSTEAD = re.compile(r"([A-Za-z_]{4,}) (?:with status \d+ )?instead of ([A-Za-z_]{4,}|a paper)(?: or |$)")

_STYLE = """
:root { --good: #1b6e3c; --bad: #b3261e; --open: #6b5b00; --line: #d9d9d9; --soft: #f6f6f4 }
* { box-sizing: border-box }
body { font: 15px/1.75 "Noto Sans JP", "Noto Sans CJK JP", "BIZ UDPGothic", "Hiragino Sans", "Yu Gothic", "IPAexGothic", sans-serif; margin: 0 auto; max-width: 62rem;
  padding: 2rem 1.5rem 4rem; color: #1c1c1c }
h1 { font-size: 1.35rem; margin: 0; line-height: 1.4 } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; padding-bottom: .3rem; border-bottom: 2px solid #1c1c1c } h3 { font-size: 1rem; margin: 0 }
.en { color: #555; font-size: .85em; font-weight: 400 } p { margin: .3rem 0 } code { font-size: .86em; overflow-wrap: anywhere }
.head { display: flex; gap: 1.5rem; align-items: center; justify-content: space-between; border-bottom: 1px solid var(--line); padding-bottom: 1rem }
.verdict { white-space: nowrap; font-weight: 700 }
.badge { font-size: 1.5rem; font-weight: 700; padding: .4rem 1.3rem; border: 3px solid; border-radius: .5rem; text-align: center; white-space: nowrap; line-height: 1.3 }
.passed { color: var(--good) } .failed { color: var(--bad) } .not_tried, .incomplete { color: var(--open) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.2rem; margin: 1rem 0 } dt { color: #555; white-space: nowrap } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% } td, th { border-bottom: 1px solid var(--line); padding: .5rem .6rem; text-align: left; vertical-align: top }
th { font-size: .85em; color: #555; font-weight: 400 } .n { text-align: right; white-space: nowrap } .id { white-space: nowrap; font-weight: 700; width: 3.5rem } .last { width: 6.5rem }
.asked { width: 38% }
.fix { border: 1px solid var(--line); border-left: 5px solid var(--bad); padding: .8rem 1rem; margin: .8rem 0; background: var(--soft); break-inside: avoid } .fix dl { margin: .5rem 0 0 }
ul { margin: 0; padding-left: 1.2rem } .note { background: var(--soft); padding: .7rem 1rem } @media print { body { padding: 0; font-size: 11px } tr { break-inside: avoid } }
"""


_HOW_TO_CHECK = """<h2>この結果の確かめ方 <span class="en">How to check this report</span></h2>
<p>このページの SHA-256 は report.json の page_sha256 に、report.json の署名は report.json.sig にあります。
署名の鍵（report-key.pem）は、試験をした人から別の方法で受け取ったものと照らしてください。</p>
<p><code>konbini conformance --check フォルダ --key 受け取った鍵.pem</code></p>
<p>このプログラムを使わずに：<br><code>openssl dgst -sha256 -verify report-key.pem -signature report.json.sig report.json</code><br>
<code>sha256sum report.html</code>（report.json の page_sha256 と同じ）</p>
<p class="en">The page belongs to report.json by its SHA-256 (page_sha256); report.json.sig is ECDSA P-256 with SHA-256 over report.json by report-key.pem.
Compare that key with one that you got from whoever ran the kit by another way: a key that lies beside a report proves only that nothing was changed since it was signed by somebody.</p>"""


def report_page(findings: Sequence[Finding], run: Run) -> str:
    """The page."""
    return "\n".join(_page(findings, run)) + "\n"


def _page(findings: Sequence[Finding], run: Run) -> Iterator[str]:
    verdict = outcome(findings, strict=run.strict, only=run.only)
    word, en = WORDS[verdict]
    yield f'<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>適合性試験の結果：{word}</title><style>{_STYLE}</style>'
    yield '<div class="head"><div><h1>証明書発行サーバ 適合性試験の結果<br><span class="en">Certificate server: report of the conformance run</span></h1></div>'
    yield f'<div class="badge {verdict}">{word}<div class="en">{en}</div></div></div>'
    yield from _about(findings, run)
    yield from _named(incidents(findings))
    yield from _to_fix([one for one in findings if one.verdict == "failed"], run)
    yield from _missing(findings, run)
    yield from _summary(findings)
    yield from _left_out(findings)
    for chapter, (ja, english) in CHAPTERS.items():
        rows = [one for one in findings if CASES[one.case].chapter == chapter]
        if rows:
            yield f'<h2>{ja} <span class="en">{english}</span></h2>'
            yield '<table><tr><th>番号</th><th class="asked">約束 <span class="en">what the description asks</span></th><th>試したこと <span class="en">what was tried</span></th>'
            yield '<th class="last">結果</th></tr>'
            yield from map(_row, rows)
            yield "</table>"
    yield _HOW_TO_CHECK
    yield "</html>"


def _about(findings: Sequence[Finding], run: Run) -> Iterator[str]:
    told = {
        "相手": run.issuer,
        "市区町村コード": run.municipality,
        "名のり": " ／ ".join(run.builds) or "なし",
        "日時": f"{run.at:%Y年%m月%d日 %H:%M}（{run.seconds} 秒）",
        "試験の種": f"{run.seed}　（同時の注文 {run.load}、{'厳格' if run.strict else '通常'}{'、一部の項目だけ' if run.only else ''}）",
        "見たもの": f"応答 {sum(one.answers for one in findings)} 件、証明書 {sum(one.papers for one in findings)} 通",
        "試験のプログラム": run.program,
        "くり返すには": run.repeat,
    }
    yield (
        "<dl>"
        + "".join(
            f"<dt>{name}</dt><dd>{f'<code>{escape(value)}</code>' if name == 'くり返すには' else escape(value)}</dd>" for name, value in told.items()
        )
        + "</dl>"
    )


def _named(classes: Sequence[str]) -> Iterator[str]:
    if classes:
        yield '<div class="note failed"><h3>公表された誤交付と同じ種類の不具合 <span class="en">faults of the classes of published misissues</span></h3>'
        yield "".join(f'<p><b>{one}</b> {INCIDENTS[one][0]} <span class="en">{INCIDENTS[one][1]}</span></p>' for one in classes) + "</div>"


def _to_fix(failed: Sequence[Finding], run: Run) -> Iterator[str]:
    if failed:
        yield '<h2>直すところ <span class="en">To be put right</span></h2>'
    for one in failed:
        case = CASES[one.case]
        again = f"{run.repeat} --case {case.id}" if "--issuer" in run.repeat and not run.only else run.repeat
        yield f'<div class="fix"><h3>{case.id}　{case.ja} <span class="en">{case.en}</span></h3><dl>'
        yield f'<dt>試したこと</dt><dd>{TRIED[case.id][0]} <span class="en">{TRIED[case.id][1]}</span></dd>'
        yield f"<dt>見えたこと</dt><dd><ul>{''.join(f'<li>{_told(text)}</li>' for text in one.evidence)}</ul></dd>"
        yield f'<dt>約束</dt><dd>docs/protocol の {case.section} 節 <span class="en">section {case.section}</span></dd>'
        yield f"<dt>もう一度</dt><dd><code>{escape(again)}</code></dd></dl></div>"


def _told(evidence: str) -> str:
    """A line of evidence, in Japanese where its form is known, and always as the kit says it."""
    instead = _INSTEAD.search(evidence)
    head = _DIFFERENCES.get(evidence.partition(":")[0]) or next((ja for words, ja in _SEEN.items() if words in evidence), None)
    ja = f"{instead[2].replace('a paper', '証明書')} のはずが {instead[1].replace('Issued', '証明書')}" if instead else head
    return f"{escape(ja)}　<code>{escape(evidence)}</code>" if ja else f"<code>{escape(evidence)}</code>"


def _why(one: Finding) -> str:
    """Why a case was not tried."""
    reason = " ".join(one.evidence)
    ja = next((ja for words, ja in _NOT_TRIED.items() if words in reason), None)
    return escape(f"{ja}。") + f' <span class="en">{escape(reason)}</span>' if ja else escape(reason)


def _part(left_out: str) -> str:
    """A part of a case that was not tried, and what it lacks."""
    ja = next((ja for words, ja in _LEFT_OUT.items() if words in left_out), "")
    return f'{escape(ja)}。 <span class="en">{escape(left_out)}</span>' if ja else escape(left_out)


def _left_out(findings: Sequence[Finding]) -> Iterator[str]:
    """Cases of which a part had no occasion: they have passed or failed by the rest."""
    parts = [(one, text) for one in findings for text in one.left_out]
    if parts:
        yield '<h2>試せなかった部分 <span class="en">Parts that were not tried</span></h2>'
        yield "<p>次の項目は、プロファイルに機会がなかった部分を除いて試しました。結果はその部分については何も言いません。</p><ul>"
        yield from (f"<li><b>{one.case}</b>　{_part(text)}</li>" for one, text in parts)
        yield "</ul>"


def _missing(findings: Sequence[Finding], run: Run) -> Iterator[str]:
    """What else must be tried before the verdict can be a good one."""
    missing = [one for one in findings if one.verdict == "not_tried" and one.case in DEMANDED_IN_STRICT]
    if missing and run.strict and not run.only:
        yield '<h2>適合とするために試すもの <span class="en">To be tried before the server can pass in strict mode</span></h2><ul>'
        yield from (f"<li><b>{one.case}</b>　{CASES[one.case].ja}　{_why(one)}</li>" for one in missing)
        yield "</ul>"


def _summary(findings: Sequence[Finding]) -> Iterator[str]:
    yield '<h2>まとめ <span class="en">Summary</span></h2><table><tr><th>章</th><th class="n">適合</th><th class="n">不適合</th><th class="n">未実施</th></tr>'
    for chapter, (ja, en) in CHAPTERS.items():
        verdicts = [one.verdict for one in findings if CASES[one.case].chapter == chapter]
        if verdicts:
            counts = "".join(
                f'<td class="n {which if verdicts.count(which) else ""}">{verdicts.count(which)}</td>' for which in ("passed", "failed", "not_tried")
            )
            yield f'<tr><td>{ja} <span class="en">{en}</span></td>{counts}</tr>'
    yield "</table>"


def _tried(one: Finding) -> str:
    """What was tried, or would be."""
    ja, en = TRIED[one.case]
    told = f'{ja}<div class="en">{en}</div>'
    return told if one.verdict != "not_tried" else f'試していません <span class="en">(not tried)</span>：<span class="en">{ja} {en}</span>'


def _row(one: Finding) -> str:
    case, (ja, en) = CASES[one.case], WORDS[one.verdict]
    why = f'<p class="not_tried">{_why(one)}</p>' if one.verdict == "not_tried" else ""
    why += "".join(f'<p class="not_tried">試せなかった部分：{_part(text)}</p>' for text in one.left_out)
    return (
        f'<tr><td class="id">{case.id}</td><td>{case.ja}<div class="en">{case.en} ({case.section})</div></td>'
        f"<td>{_tried(one)}{why}</td>"
        f'<td class="verdict {one.verdict}">{ja}<div class="en">{en}</div></td></tr>'
    )
