"""The words of the table of a visit: what the resident sees, what happens to a visit, what has to be done on the way. See `kiosk.visit`, which is where they are used from."""

from enum import StrEnum


class Screen(StrEnum):
    """What the resident sees."""

    MENU = "menu"  # メインメニュー
    SERVICE = "service"  # 行政サービス
    CONSENT = "consent"  # 利用同意
    PREPARING = "preparing"
    PLACE = "place"  # 市区町村の選択
    CARD = "card"  # カードをセット
    OPENING = "opening"
    PIN = "pin"  # 暗証番号
    CHECKING = "checking"
    REMOVE_CARD = "remove_card"  # カードを取り外す
    ADMITTING = "admitting"
    KINDS = "kinds"  # 証明書の種類
    JANUARY_1 = "january_1"  # 賦課期日の住所地
    WIDE_PLACE = "wide_place"  # 広域交付: 1月1日の市区町村
    LOOKING_UP = "looking_up"
    MEMBERS = "members"  # 交付種別
    MEMBERS_PICK = "members_pick"  # 世帯の一部
    OPTIONS = "options"  # 記載事項
    COPIES = "copies"  # 通数
    REVIEW = "review"  # 内容確認
    USE_ASKING = "use_asking"
    USE_STATUS = "use_status"  # 本籍地利用登録の状況
    USE_HONSEKI = "use_honseki"  # 本籍
    USE_HITTOUSHA = "use_hittousha"  # 筆頭者
    USE_NAME = "use_name"  # 氏名
    USE_BIRTH = "use_birth"  # 生年月日
    USE_PHONE = "use_phone"  # 電話番号
    USE_REVIEW = "use_review"
    USE_SENDING = "use_sending"
    USE_RECEIVED = "use_received"  # 受付番号
    REQUESTING = "requesting"
    PAYMENT = "payment"  # 支払い
    COLLECTING = "collecting"
    PRINTING = "printing"  # 印刷中
    TAKE_PAPERS = "take_papers"  # 取り忘れ確認
    RECEIPT = "receipt"  # 領収書
    THANKS = "thanks"
    REFUSED = "refused"
    RETURNED = "returned"  # 返金
    LEAVING = "leaving"
    RECOVERED = "recovered"
    OUT_OF_SERVICE = "out_of_service"


class Event(StrEnum):
    """What happens to a visit: a touch, a device, an outcome of an action, a timer."""

    # touches
    START = "start"
    ISSUE = "issue"
    AGREE = "agree"
    DOOR = "door"  # お住まい, or 他市区町村（本籍地など）
    PREFECTURE = "prefecture"
    PAGE = "page"
    MUNICIPALITY = "municipality"
    DIGIT = "digit"
    ERASE = "erase"
    CONFIRM = "confirm"
    KIND = "kind"
    HERE = "here"
    ELSEWHERE = "elsewhere"
    ABROAD = "abroad"
    UNBORN = "unborn"
    USE = "use"  # 利用登録
    KEY = "key"
    ERA = "era"
    PART = "part"
    ONLY_ME = "only_me"
    EVERYONE = "everyone"
    SOME = "some"
    MEMBER = "member"
    FORM = "form"
    YEAR = "year"
    OPTION = "option"
    COPIES = "copies"
    NEXT = "next"
    APPLY = "apply"
    ACKNOWLEDGE = "acknowledge"
    ANOTHER = "another"
    FINISH = "finish"
    BACK = "back"
    CANCEL = "cancel"
    STAY = "stay"
    LANGUAGE = "language"
    # devices
    CARD_PLACED = "card_placed"
    CARD_REMOVED = "card_removed"
    COINS = "coins"
    PAPERS_TAKEN = "papers_taken"
    CHANGE_TAKEN = "change_taken"
    SERVICED = "serviced"  # staff were at the machine
    ALL_CLEAR = "all_clear"
    # outcomes
    DIRECTORY_READY = "directory_ready"
    OPENED = "opened"
    CARD_UNREADABLE = "card_unreadable"
    PIN_RIGHT = "pin_right"
    PIN_WRONG = "pin_wrong"
    KINDS_READY = "kinds_ready"
    CHOICES_READY = "choices_ready"
    PAPERS_READY = "papers_ready"
    PAPER_STOPPED = "paper_stopped"
    REFUSAL = "refusal"
    TURNED_DOWN = "turned_down"  # refused, and the resident may choose again
    USE_READY = "use_ready"
    USE_TAKEN = "use_taken"
    COVERED = "covered"
    PAID = "paid"
    NOT_COLLECTED = "not_collected"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    # timers and the machine itself
    IDLE_WARNING = "idle_warning"
    IDLE_END = "idle_end"
    FAULT = "fault"
    NOTHING_OPEN = "nothing_open"
    SETTLED = "settled"


class Action(StrEnum):
    """What the terminal has to do on the way from one screen to the next."""

    ASK_DIRECTORY = "ask_directory"
    SET_DOOR = "set_door"
    SET_PREFECTURE = "set_prefecture"
    SET_PAGE = "set_page"
    SET_MUNICIPALITY = "set_municipality"
    LOOK_AT_READER = "look_at_reader"
    OPEN_VISIT = "open_visit"
    ADD_DIGIT = "add_digit"
    ERASE_DIGIT = "erase_digit"
    WIPE_PIN = "wipe_pin"
    VERIFY_PIN = "verify_pin"
    TELL_REASON = "tell_reason"
    ADMIT = "admit"
    ASK_KINDS = "ask_kinds"
    SET_KIND = "set_kind"
    ASK_CHOICES = "ask_choices"
    SET_HERE = "set_here"
    SET_ELSEWHERE = "set_elsewhere"
    SET_WIDE_YEAR = "set_wide_year"
    SET_WIDE_MUNICIPALITY = "set_wide_municipality"
    ASK_WIDE = "ask_wide"
    CHOOSE_AGAIN = "choose_again"
    TELL_ABROAD = "tell_abroad"
    TELL_UNBORN = "tell_unborn"
    ASK_USE = "ask_use"
    TYPE = "type"
    ERASE_TYPED = "erase_typed"
    SET_ERA = "set_era"
    SET_PART = "set_part"
    SEND_USE = "send_use"
    WIPE_USE = "wipe_use"
    SET_ONLY_ME = "set_only_me"
    SET_EVERYONE = "set_everyone"
    SET_SOME = "set_some"
    TOGGLE_MEMBER = "toggle_member"
    SET_FORM = "set_form"
    SET_YEAR = "set_year"
    TOGGLE_OPTION = "toggle_option"
    SPARE_NEXT = "spare_next"  # past a screen on which there is nothing to choose
    SPARE_BACK = "spare_back"
    SET_COPIES = "set_copies"
    APPLY = "apply"
    RAISE_ALARM = "raise_alarm"
    OPEN_COIN_SLOT = "open_coin_slot"
    COUNT_COINS = "count_coins"
    COLLECT = "collect"
    GIVE_BACK = "give_back"
    PRINT = "print"
    SILENCE = "silence"
    NOTE_TAKEN = "note_taken"
    NOTE_SAID = "note_said"
    ISSUE_RECEIPT = "issue_receipt"
    CLOSE_FINISHED = "close_finished"
    CLOSE_CANCELLED = "close_cancelled"
    CLOSE_IDLE = "close_idle"
    CLOSE_REFUSED = "close_refused"
    CLOSE_FAILED = "close_failed"
    LOOK_AROUND = "look_around"
    FORGET = "forget"
    WARN = "warn"
    SET_LANGUAGE = "set_language"
    SETTLE = "settle"


Row = tuple[Screen, Event, Screen, tuple[Action, ...]]
"""(screen, event, where it leads, what is done on the way in this order)."""
