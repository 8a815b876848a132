"""住民票の写し: the cells of one person's block in the standard 世帯連記式, and which option opens which cell.

Source of the grid: domain facts 4.1 (standard forms of 2026). A cell that no option opens is always filled; a cell whose option was not asked for reads 「＊＊＊」.
"""

MEMBER_CELLS: tuple[str, ...] = (
    "name_kana",  # 氏名の振り仮名
    "name",  # 氏名
    "alias",  # 通称
    "former_name_kana",  # 旧氏の振り仮名
    "former_name",  # 旧氏
    "birth",  # 生年月日 (foreigners: Western year)
    "sex",  # 性別
    "relation",  # 続柄
    "my_number",  # 個人番号
    "juminhyo_code",  # 住民票コード
    "resident_since",  # 住民となった年月日
    "address_since",  # 住所を定めた年月日
    "notified_on",  # 届出日
    "hittousha",  # 筆頭者
    "honseki",  # 本籍
    "previous_address",  # 転入前住所
    "nationality",  # 国籍・地域
    "category",  # 法第30条の45の規定区分
    "residence_status",  # 在留資格
    "period",  # 在留期間等
    "expires",  # 在留期間の満了の日
    "card_number",  # 在留カード等の番号
)

OPENED_BY: dict[str, str] = {
    "relation": "relation",
    "my_number": "my_number",
    "juminhyo_code": "juminhyo_code",
    "hittousha": "honseki",
    "honseki": "honseki",
    "nationality": "nationality",
    "category": "residence_status",
    "residence_status": "residence_status",
    "period": "residence_status",
    "expires": "residence_status",
    "card_number": "residence_card",
}
"""Cell -> option code. The option `relation` (世帯主・続柄) also opens the head's name in the header."""

OPTIONS: tuple[str, ...] = ("relation", "honseki", "my_number", "juminhyo_code", "nationality", "residence_status", "residence_card")
"""In the order the kiosk shows them. All default to omitted (住基法 12条5項; domain facts 4.1)."""
