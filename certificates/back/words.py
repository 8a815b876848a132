"""The words that papers have in common: the preset dictionary of a sheet code's first version. Codes on paper are read with exactly these bytes, so they never change: better words are a new version.

What is usual stands late, where it is cheapest to refer to.
"""

WORDS_1 = """\
北海道青森県岩手県宮城県秋田県山形県福島県茨城県栃木県群馬県埼玉県千葉県神奈川県新潟県富山県石川県福井県山梨県長野県岐阜県静岡県愛知県三重県滋賀県京都府兵庫県奈良県和歌山県鳥取県島根県岡山県広島県山口県徳島県香川県愛媛県高知県福岡県佐賀県長崎県熊本県大分県宮崎県鹿児島県沖縄県
札幌市仙台市さいたま市千葉市川崎市横浜市相模原市新潟市静岡市浜松市名古屋市京都市大阪市堺市神戸市岡山市広島市北九州市福岡市熊本市大阪府東京都
アメリカ合衆国ブラジル中国韓国ベトナムフィリピンネパールインドネシア技術・人文知識・国際業務留学家族滞在定住者日本人の配偶者等特別永住者永住者無期限中長期在留者
斎藤清水山崎池田橋本石川前田藤田小川岡田後藤長谷川村上近藤遠藤青木坂本福田西村太田三浦藤原松田佐藤鈴木高橋田中伊藤山本中村小林加藤吉田山田佐々木山口松本井上木村渡辺
一男正次隆博誠和子幸子恵子京子美由紀香織陽子明美健一翔太大輔直樹蓮陽翔結衣葵美咲花子次郎一郎太郎
ヴァウヴィガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン
スズキタカハシタナカイトウヤマモトナカムラコバヤシカトウヨシダヤマダササキサトウワタナベ　ハナコワタナベ　タロウ
大字字上町下町本町栄町新町東町西町南町北町中央区北区南区東区西区港区中区緑区旭区ハイツコーポマンションメゾン号棟号室番地の番地番号丁目一丁目二丁目三丁目四丁目五丁目１０１号室
給与収入給与所得公的年金等収入雑所得営業等所得農業所得不動産所得利子所得配当所得総合譲渡一時所得合計所得金額総所得金額等社会保険料控除小規模企業共済等掛金控除生命保険料控除地震保険料控除医療費控除\
雑損控除寄附金税額控除障害者控除寡婦控除ひとり親控除勤労学生控除配偶者控除配偶者特別控除扶養控除特定親族特別控除基礎控除所得控除合計課税標準額市民税県民税均等割額所得割額森林環境税年税額定額減税\
一般扶養特定扶養老人扶養同居老親等１６歳未満人令和７年度令和８年度令和７年中令和６年中非課税課税証明書所得証明書非課税証明書０円０００円
このとおり印鑑登録されている印影と相違ないことを証明する。印鑑登録証明書
戸籍の附票の写し在外選挙人住民となった日住所を定めた日
平成６年法務省令第５１号附則第２条第１項による改製戸籍事項戸籍改製戸籍編製【改製日】【改製事由】【編製日】【転籍日】【従前の記録】【記録日】【氏の振り仮名】【名の振り仮名】【名】【除籍日】【特記事項】
身分事項認知離婚転籍入籍分籍氏の変更名の変更国籍留保帰化養子縁組養子離縁【縁組日】【離縁日】【養父氏名】【養母氏名】【養子氏名】【代諾者】親権者父母【認知日】【認知者氏名】【離婚日】【離婚の裁判確定日】【新本籍】【入籍日】【入籍事由】父母の婚姻親権
死亡【死亡日】【死亡時分】午前時分推定【死亡地】【届出人】親族除　籍
出生【出生日】【出生地】【届出日】【届出人】父【送付を受けた日】【受理者】市長町長区長婚姻【婚姻日】【配偶者氏名】【妻氏名】【夫氏名】【従前戸籍】
【生年月日】【配偶者区分】夫【配偶者区分】妻【父】【母】【続柄】四男四女三男三女二男長女二女長男
別紙以下余白職務代理者副市長区長村長町長市長妻（未届）夫（未届）縁故者同居人子の妻子の子父母兄弟姉妹世帯主夫妻子女男
大正１明治４年月日不詳頃昭和２１年昭和３０年５月昭和５０年昭和６２年１月２３日平成１２年４月１日平成２３年５月平成３０年９月令和元年令和２年３月令和３年８月令和４年７月令和５年６月１４日令和６年１１月３０日令和７年１２月２１日令和８年１０月１日
上記のとおり相違ないことを証明します。
これは、戸籍中の一部の者について記録されている事項の全部を証明した書面である。
これは、戸籍に記録されている事項の全部を証明した書面である。
この写しは、戸籍の附票の原本と相違ないことを証明する。この写しは、登録されている印影と相違ないことを証明する。
上記の事項は、住民票に記載されていることを証明する。この写しは、世帯の一部の住民票の原本と相違ないことを証明する。
この写しは、世帯全員の住民票の原本と相違ないことを証明する。
この印は黒色です
statement issued_on certifier_title certifier_name seal_note
taxpayer address name_kana name birth sex levy_address
incomes salary_revenue salary pension_revenue pension business farming real_estate interest dividends other income_total
deductions casualty disability medical widow_single_parent social_insurance working_student small_enterprise spouse life_insurance dependants earthquake_insurance \
specified_relatives basic deduction_total
dependants count_spouse count_general count_specified count_elderly count_elderly_parents count_under_16 count_specified_relatives count_disabled
levy taxable special_reduction city_income prefecture_income city_per_capita prefecture_per_capita forest levy_total
remarks remarks
0（0）
0
0
0
430,000
1,500
1,000
3,000
year income_year
令和８年度
（令和７年分所得）
registration name_kana name former_name alias birth address
honseki hittousha made_on
person family_name name birth sex juminhyo_code
person_removed family_name name birth sex juminhyo_code removed
address address address_since
more address_goes_on
person name birth
person_kana name name_kana kana_recorded_on birth
person_removed name birth removed
person_kana_removed name name_kana kana_recorded_on birth removed
除　　籍
person_items
more value
short_entry title label value
entry title label value
row label value
koseki_items
honseki hittousha family_kana family_kana_recorded_on
person member_number name_kana name birth
sex sex
relation head_name relation
honseki honseki hittousha
former_name former_name_kana former_name
alias alias
resident_since resident_since
address_since address_since notified_on
previous_address previous_address
my_number my_number
juminhyo_code juminhyo_code
nationality nationality
residence_status category residence_status period expires
residence_card card_number
person name_kana name former_name_kana former_name alias birth sex relation resident_since address_since notified_on honseki hittousha previous_address my_number juminhyo_code \
nationality category residence_status period expires card_number remarks
address head_name
member member_number name_kana name alias former_name_kana former_name birth sex relation my_number juminhyo_code resident_since address_since notified_on \
hittousha honseki previous_address nationality category residence_status period expires card_number
＊＊＊
＊＊＊
＊＊＊
＊＊＊
＊＊＊
＊＊＊
＊＊＊
shotoku_kazei
kazei
所得・課税証明書
shotoku
fuhyo
戸籍の附票の写し
koseki
戸籍個人事項証明書
個人事項証明書
全部事項証明書
inkan
印鑑登録証明書
kisai_jiko
住民票記載事項証明書
kojinhyo
juminhyo
住民票の写し
2026 市 K0001 000001
1/2
1/1
17""".encode()
