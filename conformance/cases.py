"""The cases as a table: id, chapter, class of incident (domain facts 7.1), what is promised (ja, en), and in which section of the description."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Case:
    """One promise. `section` is where the description (docs/protocol) says it, `incident` the class I1..I7 of published misissues that breaks it, empty for none."""

    id: str
    chapter: str
    ja: str
    en: str
    section: str
    incident: str = ""


CHAPTERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "protocol": ("通信の約束", "The protocol"),
        "refusals": ("交付できない場合", "Refusals"),
        "papers": ("証明書", "Papers"),
        "people": ("取り違え", "Mix-ups"),
        "changes": ("データの更新", "Updates of the register"),
        "outcomes": ("結果の通知", "Outcomes"),
        "optional": ("任意の通信", "Optional messages"),
    }
)

_ROWS = (
    Case("P1", "protocol", "同じ識別子の注文をくり返すと、接続が変わっても同じ証明書を返す。", "A repeated order gets the same papers, on another connection too.", "1.4"),
    Case("P2", "protocol", "同じ識別子で内容の異なる注文を断る。", "The same id with another content is refused.", "3"),
    Case("P3", "protocol", "知らない項目、誤った型、時差のない時刻、JSONでないものを断る。", "Unknown fields, wrong types, times without offset and what is no JSON are refused.", "1.3"),
    Case("P4", "protocol", "大きすぎる通信を断る。", "What is too large is refused.", "1.2"),
    Case("P5", "protocol", "ほかの市区町村あての質問を断る。", "A question for another municipality is refused.", "2"),
    Case("P6", "protocol", "センター以外の当事者と、証明書のない相手に応じない。", "Nobody but the center is heard, and nobody without a certificate.", "1.1"),
    Case("P7", "protocol", "知らない窓口と、POST以外を断る。", "Unknown paths and methods are refused.", "1.2"),
    Case("P8", "protocol", "選べない様式、記載事項、人、通数、古い台帳の版を断る。", "Forms, options, people, copies and register versions that were not offered are refused.", "3"),
    Case("P9", "protocol", "どの応答も同じプログラムと構成を名のり、届け出たものと一致する。", "Every answer declares the same build, and the one that was registered.", "1.5"),
    Case("P10", "protocol", "TLS 1.3より古い接続に応じない。", "Nothing older than TLS 1.3 is spoken.", "1.1"),
    Case("P11", "protocol", "途中で止まった相手が、ほかの人を待たせない。", "An asker who stops half-way keeps nobody else waiting.", "7"),
    Case("P12", "protocol", "同じ注文が同時に届いても、同じ証明書を返す。", "Two equal orders at once get the same papers.", "1.4"),
    Case("P13", "protocol", "深いところの誤りも、内部エラーにせず断る。", "What is wrong deep inside is refused as malformed, never an error within.", "1.3"),
    Case("R1", "refusals", "交付できない人を、決められた理由で断る。", "Who cannot have a paper is refused by the right row.", "6.2"),
    Case("R2", "refusals", "支援措置による拒否は、ほかの交付不可と1バイトも違わない。", "A refusal for protection has the bytes of any other.", "6.1"),
    Case("R3", "refusals", "支援措置による拒否は、ほかの拒否と同じ時間で返る。", "A refusal for protection takes the time of any other.", "6.1"),
    Case("A1", "papers", "どの紙にも見本・発行番号・n/m・照合符号がある。", "Each sheet carries 見本, number, n/m and binding.", "9.1"),
    Case("A2", "papers", "注文した人だけが、印字どおりの氏名と生年月日で載る。", "Exactly the ordered people stand there.", "9.2"),
    Case("A3", "papers", "頼んでいない事項は載らず、頼んだ事項は載る。", "Items that were not asked for are absent.", "9.3"),
    Case("A4", "papers", "認証文・日付・証明者は最後の紙にだけある。", "The 認証文 stands on the last sheet only.", "9.4"),
    Case("A5", "papers", "その市区町村の正しい電子署名がある。", "The signature is good and of this municipality.", "9.6"),
    Case("A6", "papers", "2次元コードは紙に書かれたとおりで、その市区町村の鍵による。", "Each code says what its sheet says.", "10"),
    Case("A7", "papers", "発行番号は重ならず、増え続ける。", "Numbers are unique and grow.", "9.5"),
    Case("A9", "papers", "注文した通数だけ、発行番号と照合符号がそれぞれの証明書を返す。", "As many copies as ordered, each with number and binding of its own.", "9.5"),
    Case("A8", "papers", "書かれた文字から描き直すと同じ紙になる（見本センターの検査）。", "Drawn again from its text it is the same paper (the demonstration center's gate).", "9.8"),
    Case("M1", "people", "同じ秒に2つの店で別の人が頼んでも、取り違えない。", "Two people at two stores in one second get their own papers.", "1.4", "I3"),
    Case("M6", "people", "同じ秒に2つの店で同じ人が頼んでも、注文ごとの証明書を返す。", "One person at two stores in one second gets each order's own papers.", "3", "I3"),
    Case("M2", "people", "前の人が途中で切っても、次の人に前の人の紙を渡さない。", "After somebody hung up, the next one does not get the paper left behind.", "1.4", "I6"),
    Case("M3", "people", "3枚以上の証明書の、どの紙も本人のものである。", "Of three sheets and more, each is of its own person.", "9.1", "I4"),
    Case("M5", "people", "複数の接続や処理装置に分かれて届いても、同じ注文には同じ証明書を返す。", "Over several connections and processes a repeat gets its own papers.", "3", "I7"),
    Case("M4", "people", "混み合って遅れ、待ちきれずに切られても、他人の紙を渡さない。", "Under load, with askers who hang up, nobody gets another's paper.", "1.4", "I1"),
    Case("D1", "changes", "更新と同じ瞬間の注文でも、更新の前と後が混ざらない。", "An order at the moment of an update is of one state of the register.", "5", "I2"),
    Case("D2", "changes", "直前に止まったもの（廃印など）は交付しない。", "What ended a second ago (a cancelled seal) is not issued.", "5", "I5"),
    Case("D3", "changes", "作った後に台帳が変わっても、同じ注文に別の証明書を渡さない。", "After the register changed, a repeated order gets the first paper or none.", "5", "I2"),
    Case("O1", "outcomes", "取消・印刷・中止の後は紙を渡さず、矛盾する結果を断る。", "After an outcome there is no paper, and a contradiction is refused.", "4"),
    Case("O2", "outcomes", "注文より先に届いた結果も受け取り、その注文には紙を渡さない。", "An outcome may come before its order, which then gets no paper.", "4"),
    Case("X1", "optional", "状態の問い合わせに答える。", "Asked for its condition, the server tells it.", "12.1"),
    Case("X2", "optional", "台帳の照合値を答え、個人のことは何も漏らさない。", "An inventory is counts and keyed digests, and nothing of anybody.", "12.2"),
    Case("X3", "optional", "本籍地利用登録の申請を一度だけ受け付け、状態を答える。", "An application for use is taken once, and its state is told.", "12.3"),
    Case("X4", "optional", "自分の住民だけを、宛先の市区町村だけが読める照会で保証する。", "It vouches for its own residents alone, towards whom it was asked alone.", "11.3"),
    Case("X5", "optional", "以前の住民を照会で確かめ、1回だけ交付する。", "A former resident is recognised by a referral, which is good for one order.", "11.5"),
    Case("X6", "optional", "期限切れ・使用済み・改ざん・宛先違いの照会を断る。", "A referral that is expired, replayed, altered or for somebody else is refused.", "11.4"),
)  # fmt: skip

CASES: Mapping[str, Case] = MappingProxyType({case.id: case for case in _ROWS})
"""By id, in the order in which they are tried and told."""
