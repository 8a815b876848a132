"""The tables and worked examples that stand in the description's pages between marks (`<!-- rows -->` … `<!-- /rows -->`), made from the program, so that no page says otherwise than the code."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from certificates.form.catalogue import FORMS
from certificates.kinds import KINDS
from conformance.examples import BIRTH, EXAMPLES, NAME, VISIT_KEY, WITH_SELECTOR
from conformance.vectors import fixed
from messages.orders import IssueOrder
from messages.refusals import TABLE
from messages.uses import REASONS
from messages.wire import encode, hash_of

ISSUERS = (
    "malformed", "body_too_large", "not_found", "role_not_admitted", "failed", "busy", "issuer_unavailable", "stopped_now",
    "municipality_unknown", "kind_unknown", "form_invalid", "options_invalid", "year_invalid", "members_invalid", "copies_invalid",
    "register_changed", "request_altered", "request_closed", "already_printed", "order_void",
    "not_registered", "not_usable_yet", "under_15", "moved_out", "not_issuable", "no_seal", "koseki_not_here", "koseki_pending", "koseki_not_convertible",
    "tax_not_here", "tax_undeclared", "year_not_open", "data_stale",
    "wide_not_joined", "not_found_there", "juminhyo_code_changed", "abroad_on_january_1", "unborn_on_january_1",
    "referral_expired", "referral_used", "referral_invalid",
    "use_not_taken", "use_not_needed", "use_incomplete", "use_pending",
)  # fmt: skip
"""The rows of the table of refusals that a certificate server may refuse with, in the order of the description."""


def _rows() -> str:
    lines = [f"| `{row.code}`{' *' if row.status == 503 else ''} | {row.status} | {row.ja} | {row.en} |" for row in (TABLE[code] for code in ISSUERS)]
    return "\n".join(("| code | status | ja | en |", "|---|---|---|---|", *lines))


def _kinds() -> str:
    lines = [
        f"| `{kind.code}` | `{form.code}` | {' / '.join(form.titles)} | {kind.chosen} | {'yes' if kind.yearly else '-'} | "
        f"{', '.join(f'`{option.code}`' for option in kind.options) or '-'} |"
        for kind in KINDS.values()
        for form in kind.forms
    ]
    return "\n".join(("| kind | form | title: one of these | people | yearly | options |", "|---|---|---|---|---|---|", *lines))


def _statements() -> str:
    lines = [f"| `{code}` | {form.statement[0]} | {form.statement[1]} |" for code, form in FORMS.items() if form.statement is not None]
    return "\n".join(("| form | about everybody | about some, or one |", "|---|---|---|", *lines))


def _reasons() -> str:
    return "\n".join(("| reason | ja | en |", "|---|---|---|", *(f"| `{code}` | {ja} | {en} |" for code, (ja, en) in REASONS.items())))


def _order() -> str:
    order = EXAMPLES[IssueOrder]
    return f"```\n{encode(order).decode()}\n```\n\nSHA-256 `{hash_of(order)}`"


def _fingerprints() -> str:
    values = fixed()["fingerprint"]
    lines = [
        f"| {name} | {BIRTH} | `{one['hashed_bytes']}` | `{one['fingerprint']}` |"
        for name, one in zip((NAME, f"辻 U+E0100 　花子 ({WITH_SELECTOR})"), values, strict=True)
    ]
    return "\n".join(
        (
            f"`visit_key` is 32 times `{VISIT_KEY[:1].hex()}`.",
            "",
            "| name | birth date | what is hashed, hex | fingerprint |",
            "|---|---|---|---|",
            *lines,
        )
    )


def _named(*path: str) -> Callable[[], str]:
    def block() -> str:
        return "\n".join(("| | |", "|---|---|", *(f"| {name} | `{value}` |" for name, value in fixed()[path[0]].items())))

    return block


TABLES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "rows": _rows,
        "kinds": _kinds,
        "statements": _statements,
        "reasons": _reasons,
        "canonical-order": _order,
        "fingerprint": _fingerprints,
        "binding": _named("binding"),
        "card": _named("card_digest"),
        "inventory": _named("inventory_digest"),
    }
)
"""Mark -> what stands there."""

_BLOCK = re.compile(r"(<!-- ([a-z-]+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page with every marked place made anew; KeyError for a mark that there is no table for."""
    return _BLOCK.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", page)
