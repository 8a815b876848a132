"""The skeleton of a profile for a vendor's own server: every word with a remark beside it. It can be read as it is, so that `--check` names only the files that are still to come."""

TEMPLATE = """\
// 適合性試験のプロファイル（ひな形）。// で始まる行は説明で、読み飛ばされます。語の意味は docs/protocol/profile.md にあります。
// Profile of a conformance run. Whole lines that begin with // are remarks. The words are explained in docs/protocol/profile.md.
// 書き込んだら: konbini conformance profile --check このファイル
{
  // サーバが受け持つ市区町村（全国地方公共団体コード6桁）。
  "municipality": "990019",

  // 通信: センターの役割の証明書と鍵、当事者の認証局、サーバ証明書にある DNS 名。パスはこのファイルのフォルダから。
  // The kit asks as the center; other_role (any other role) is there to see that it is not heard.
  "tls": {
    "certificate": "center.pem",
    "key": "center.key",
    "authority": "parties.pem",
    "server_name": "issuer.invalid",
    "other_role": {"certificate": "kiosk.pem", "key": "kiosk.key"}
  },

  // 証明書（紙）の電子署名の認証局と、2次元コードの鍵の一覧。
  "documents": {"authority": "documents.pem", "key_list": "keys.json"},

  // サーバの名のり（declared）。届け出るものと同じに。省くと、応答どうしが同じかだけを見る。
  "declared": {"program": "yours/1.0", "topology": "processes=1"},

  // 試験する証明書: 種類、様式、記載事項、1回の通数。docs/protocol/README.md の8節の語。
  "kinds": [
    {"kind": "juminhyo", "forms": ["juminhyo", "kojinhyo"], "options": ["relation", "my_number"], "copies_max": 10},
    {"kind": "inkan", "forms": ["inkan"]}
  ],

  // 最後の紙に印字される証明者の職名と氏名。
  "certifier": ["見本県みほん市長", "見本　市長"],

  // 試験用の人（架空の人だけ）。id は結果に出る。serial は利用者証明用電子証明書のシリアル番号（16進の小文字）。
  // members は紙に載る順で、氏名と生年月日は印字どおり。texts は必ず印字される文字、items は記載事項を頼んだときだけ出る文字。
  // marks はその人の紙だけにある文字（住所など）で、ほかの人の紙に出れば取り違えとみなす。
  "people": [
    // 3人以上の世帯が2つあると、3枚の紙（M3）と取り違え（M1, M2, M4, M5, M6）を試せる。
    {
      "id": "family-a", "serial": "cf00000001", "marks": ["見本県みほん市中央１番地"],
      "may": [
        {
          "kind": "juminhyo", "texts": ["見本県みほん市中央１番地"], "items": {"my_number": ["000000000012"]},
          "members": [
            {"name": "見本　太郎", "birth": "昭和５５年４月１日", "holder": true},
            {"name": "見本　花子", "birth": "昭和５７年５月５日"},
            {"name": "見本　一子", "birth": "平成２７年６月７日"}
          ]
        },
        {"kind": "inkan", "members": [{"name": "見本　太郎", "birth": "昭和５５年４月１日", "holder": true}], "texts": ["見本県みほん市中央１番地"]}
      ]
    },
    {
      "id": "family-b", "serial": "cf0000000b", "marks": ["見本県みほん市中央２番地"],
      "may": [
        {
          "kind": "juminhyo", "texts": ["見本県みほん市中央２番地"],
          "members": [
            {"name": "試験　次郎", "birth": "昭和５４年３月３日", "holder": true},
            {"name": "試験　桜", "birth": "昭和５６年７月８日"},
            {"name": "試験　三郎", "birth": "平成２６年２月９日"}
          ]
        },
        {"kind": "inkan", "members": [{"name": "試験　次郎", "birth": "昭和５４年３月３日", "holder": true}], "texts": ["見本県みほん市中央２番地"]}
      ]
    },
    // 支援措置の人（protected）と、ほかの理由で交付できない人。応答が1バイトも、時間も違わないこと（R2, R3）。
    {"id": "protected", "serial": "cf00000015", "refused": [{"kind": "juminhyo", "code": "not_issuable", "protected": true}]},
    {"id": "stopped", "serial": "cf0000001f", "refused": [{"kind": "juminhyo", "code": "not_issuable"}]},
    // 台帳にいない人。
    {"id": "nobody", "serial": "ff00", "refused": [{"kind": "juminhyo", "code": "not_registered"}]},
    // 下の changes で台帳が変わる人。ほかのことには使わない。
    {
      "id": "mover", "serial": "cf00000029",
      "may": [{"kind": "juminhyo", "members": [{"name": "移動　前子", "birth": "平成４年３月３日", "holder": true}]}]
    },
    {
      "id": "seal-owner", "serial": "cf00000033",
      "may": [{"kind": "inkan", "members": [{"name": "廃印　四郎", "birth": "平成５年４月４日", "holder": true}]}]
    }
  ],

  // 試験の途中で台帳を変える方法: プログラム（command）か、POST する URL（url）。変更が効いてから終わること（30秒以内）。
  // before と after はその前後に印字される文字（D1, D3）。refused は、その後に断る符号（D2）。undo があれば何度でも試せる。
  "changes": [
    {
      "id": "move", "person": "mover", "kind": "juminhyo",
      "do": {"command": ["./change-register", "move"]}, "undo": {"command": ["./change-register", "move-back"]},
      "before": ["移動　前子", "見本県みほん市古町一丁目１番"], "after": ["移動　後子", "見本県みほん市新町五丁目９番"]
    },
    {
      "id": "cancel-seal", "person": "seal-owner", "kind": "inkan", "refused": "no_seal",
      "do": {"url": "http://127.0.0.1:9000/cancel-seal"}, "undo": {"url": "http://127.0.0.1:9000/renew-seal"}
    }
  ],

  // 応じる任意の通信: conditions, inventories, uses, referrals（docs/protocol/optional.md, referrals.md）。
  "optional": ["conditions"]
}
"""
