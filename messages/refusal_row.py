"""A row of the table of refusals, and the phrases that many rows share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One refusal. `status` is the HTTP status; `alarm` says whether an operator is told at once."""

    code: str
    status: int
    ja: str
    en: str
    alarm: bool = False


COUNTER = "お住まいの市区町村の窓口へお問い合わせください。"
NO_CHARGE = "料金はいただいていません。"
ASK_COUNTER = "Please ask at your municipal office."
NOT_CHARGED = "You have not been charged."
