"""What the clerks' pages are told of the municipality they belong to, and the roles of its staff."""

from dataclasses import dataclass
from pathlib import Path

CLERK = "clerk"
PROTECTION_CLERK = "protection_clerk"
TAX = "tax"
"""Staff of the tax section: approve the specimens of a new 年度."""

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class ClerksOffice:
    """The municipality's names, and the roles that may see and set 支援措置."""

    municipality_name: str
    municipality_name_en: str
    protection_roles: tuple[str, ...]
