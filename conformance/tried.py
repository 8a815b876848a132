"""What is done for each case, in a sentence for whoever reads the report (ja, en). `deeds` is what is really done."""

from collections.abc import Mapping
from types import MappingProxyType

TRIED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "P1": ("1つの注文を、2本の接続で4回出した。", "One order was given four times over two lines."),
        "P2": ("同じ識別子で内容を変えた注文と、ほかの注文の交付識別子を使った注文を出した。", "An order changed under its id, and one with another order's issuance id."),
        "P3": ("知らない項目、型違い、項目の不足と重なり、時差のない時刻、すべての通信での誤った識別子、JSONでないものを送った。", "Unknown, missing or doubled fields, wrong types, wrong ids in every message, a time without offset, no JSON."),
        "P4": ("上限より1バイト大きい質問と、上限ちょうどの質問を送った。", "A question one byte too large, and one of exactly the limit."),
        "P5": ("ほかの市区町村あての質問と注文を出した。", "A question and an order for another municipality."),
        "P6": ("証明書なし、知らない認証局のセンター証明書、別の役割の証明書で接続した。", "Without a certificate, with a center's from an unknown authority, and with another role's."),
        "P7": ("存在しない窓口と別の版（/v2）の窓口への POST、窓口への GET を送った。", "A POST to a path that there is not and to another version (/v2), a GET to one that there is."),
        "P8": ("選べない様式・記載事項・人・年度・版・通数、同じ人や事項の重なり、戸籍の3人のうち2人を、1つずつ注文した。", "Form, option, person, year, version, copies not offered, or twice; two of three of a 戸籍; one at a time."),
        "P9": ("新しい接続8本でも尋ね、この試験で聞いたすべての名のりを比べた。", "Asked over eight fresh connections more; every build heard in this run was compared."),
        "P10": ("TLS 1.2 まででつないだ。", "Connected with TLS 1.2 at most."),
        "P11": ("3本の接続で本文を半分だけ送って止まり、その間に別の質問をした。", "Three connections stopped half-way through a body; meanwhile somebody else asked."),
        "P12": ("同じ注文を2本の接続で同時に出した。", "One order on two lines at the same time."),
        "P13": ("深いところの知らない項目や重なった項目、端数のある年度、壊れた文字、2万段の配列などを送った。", "Unknown and doubled fields deep inside, a year with a point, broken text, arrays 20,000 deep."),
        "R1": ("プロファイルで拒否されるとした人について、質問または注文をした。", "Asked or ordered for everybody whom the profile names as refused."),
        "R2": ("支援措置の人と、ほかの理由で交付できない人への応答を、バイト列で比べた。", "The answers about a protected person and others were compared byte by byte."),
        "R3": ("同じ応答までの時間を、順番を混ぜて5回ずつ（差があれば15回ずつ）測った。", "The times of these answers, in shuffled order, five times each (fifteen if they differ)."),
        "A1": ("すべての種類・様式・記載事項の組合せで見本を注文し、紙ごとに読んだ。", "A paper of every kind, form and set of options, read sheet by sheet."),
        "A2": ("同じ見本で、載っている人を照合符号・指紋・プロファイルと比べた。", "On the same papers: the people against fingerprints and profile."),
        "A3": ("同じ見本で、頼んだ事項と頼まない事項を探した。", "On the same papers: items asked for and not asked for."),
        "A4": ("同じ見本で、認証文・日付・証明者の位置と文言を見た。", "On the same papers: place and words of the 認証文, date and certifier."),
        "A5": ("同じ見本の電子署名を、文書の認証局まで確かめた。", "The signatures of the same papers, up to the documents' authority."),
        "A6": ("同じ見本の2次元コードを、鍵一覧と紙に書かれた文字で確かめた。", "The codes of the same papers, against key list and sheets."),
        "A7": ("3人分、各2通まで注文し、発行番号を並べた。", "Orders for three people, two copies each; their numbers in order."),
        "A8": ("同じ見本を、書かれた文字から描き直して比べた。", "The same papers, drawn again from their text."),
        "A9": ("各種類を3通までと、もう1回1通注文し、番号と照合符号のほかは同じかを読み比べた。", "Three copies of each kind and the same once more, all that stands on them compared but number and binding."),
        "M1": ("2つの店で別々の人が、同じ秒に注文した。半秒ずらしてもう一度。", "Two people at two stores within one second; again half a second later."),
        "M6": ("2つの店で同じ人が、同じ秒に別々の注文をした。", "One person, two orders at two stores within one second."),
        "M2": ("作っている途中（時間の2割・4割・6割・8割）で切り、次の人が注文し、切った人も注文し直した。", "Hung up after 20, 40, 60, 80 % of the time; the next one ordered; then the first again."),
        "M3": ("3人以上の世帯全員の証明書を続けて注文し、1枚ずつ持ち主を確かめた。", "Papers about whole households one after another, each sheet's owner checked."),
        "M5": ("4本の新しい接続に分けて注文し、そのすべてを全部の接続で注文し直した。", "Orders over four fresh connections, then each again over every connection."),
        "M4": ("多数の注文を同時に出し、半分は待たずに切って注文し直した。", "Many orders at once; half of the askers hung up and came again."),
        "D1": ("台帳を更新した直後と、更新が終わるまでの間、続けて注文した。", "Orders just after an update, and one after another while one was carried out."),
        "D2": ("申し出の後で止め（廃印など）、注文し、前に作った注文もくり返した。", "Choices, then the end (a cancelled seal), then the order; and a repeat of an earlier order."),
        "D3": ("証明書を作った後で台帳を更新し、同じ注文をくり返し、印刷を伝え、更新を戻して版を見た。", "A paper, an update, the same order again, printed; then the update undone, and its version."),
        "O1": ("取消・印刷・未確定・中止をいろいろな順に伝え、注文をくり返した。", "Outcomes told in many orders, and the order repeated after each."),
        "O2": ("注文より先に取消を伝え、その後に注文した。", "Void was told before its order came."),
        "X1": ("状態を尋ねた。", "Asked for the condition."),
        "X2": ("同じ鍵で2回、別の鍵で1回、照合値を尋ねた。", "Inventories under one nonce twice and under another once."),
        "X3": ("利用登録を申請し、くり返し、内容を変え、不備のまま出し、状態を尋ねた。", "An application for use: repeated, altered, incomplete; its state."),
        "X4": ("住民の照会を求め、受取側として開き、宛先や鍵の誤った求めも出した。", "Referrals for residents, opened as their recipient; and badly made questions."),
        "X5": ("以前の住民の照会を見せて注文し、くり返し、2つめの注文を出した。", "A former resident's referral, an order by it, a repeat, and a second order."),
        "X6": ("期限切れ・未来・宛先違い・改ざん・使い回しなど18通りの照会を見せた。", "Eighteen bad referrals: expired, from the future, for others, altered, replayed."),
    }
)  # fmt: skip
"""Case id -> what was tried."""
