"""Two issuers of one municipality held against each other before its kinds move from one to the other (BCL への乗り換え). Pure.

Decides whether they are the same in everything that a paper rests on, and that the 発行番号 of the two can never meet. What differs inside a section nobody at the center can see: the answers are
digests.
"""

from dataclasses import dataclass

from messages.conditions import Inventory

SECTIONS: dict[str, tuple[str, str]] = {
    "people": ("台帳に記録されている人と記載", "People and what is recorded of them"),
    "bindings": ("電子証明書と人の結び付き（利用登録を含む）", "Certificates bound to people (registrations for use included)"),
    "stops": ("支援措置・発行抑止・届出の処理中など", "Protections, stops, pending notifications"),
    "forms": ("取り扱う様式・記載事項・通数など", "Forms, items, copies"),
    "seal": ("公印", "Seal"),
    "certifier": ("証明者の職氏名", "Who certifies"),
    "series": ("発行番号の系列（新旧で異なること）", "Series of numbers (must differ)"),
    "sections": ("照合の項目", "Sections answered"),
}
"""What is compared, as it is shown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A section in which they differ, and how many each has (of `series` and `sections` 0)."""

    section: str
    old: int
    new: int


def differences(old: Inventory, new: Inventory) -> tuple[Difference, ...]:
    """Everything in which the two differ, in the order of `SECTIONS`; empty when the kinds may move."""
    before = {one.section: one for one in old.sections}
    after = {one.section: one for one in new.sections}
    found = [
        Difference(name, before[name].count, after[name].count)
        for name in SECTIONS
        if name in before and name in after and (before[name].count, before[name].digest) != (after[name].count, after[name].digest)
    ]
    if old.series.strip() == new.series.strip():
        found.append(Difference("series", 0, 0))
    # A section that one of them does not know was not compared at all.
    if set(before) != set(after) or not set(before) >= set(SECTIONS) - {"series", "sections"}:
        found.append(Difference("sections", len(before), len(after)))
    return tuple(found)
