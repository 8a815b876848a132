"""続柄: the standard's words, what is wrong with another word, and what a chain says.

Source: 住民記録 standard 1.1.11, domain facts 4.1. A 続柄 is 世帯主, a chain of up to four words joined with 「の」, 縁故者 or 同居人; 孫, 長男 or 祖父 do not exist.
"""

from functools import lru_cache
from typing import Literal

HEAD = "世帯主"
KIN_BY_FACT = "縁故者"
LODGER = "同居人"
SPOUSES = ("夫", "妻", "夫（未届）", "妻（未届）")
ADOPTED_IN_LAW = ("子（子の夫）", "子（子の妻）")
"""A child-in-law whom the head has adopted: a child, written with the family it married into."""
PARENTS = ("父", "母")
SIBLINGS = ("兄", "姉", "弟", "妹")
LINKS = (*SPOUSES, "子", *ADOPTED_IN_LAW, *PARENTS, *SIBLINGS)
GENERATIONS_MAX = 4

RelationProblem = Literal["relation_empty", "relation_unknown", "relation_half_width", "relation_too_long"]

_INSTEAD = {
    "本人": "世帯主",
    "配偶者": "夫 又は 妻",
    "長男": "子",
    "長女": "子",
    "次男": "子",
    "次女": "子",
    "二男": "子",
    "二女": "子",
    "三男": "子",
    "三女": "子",
    "養子": "子",
    "養女": "子",
    "孫": "子の子",
    "曾孫": "子の子の子",
    "ひ孫": "子の子の子",
    "祖父": "父の父 又は 母の父",
    "祖母": "父の母 又は 母の母",
    "嫁": "子の妻",
    "婿": "子の夫",
    "甥": "兄の子 など",
    "姪": "兄の子 など",
    "おじ": "父の弟 など",
    "おば": "父の妹 など",
    "内縁の妻": "妻（未届）",
    "内縁の夫": "夫（未届）",
    "義父": "妻の父 など",
    "義母": "妻の母 など",
}


@lru_cache(1 << 10)
def links_of(relation: str) -> tuple[str, ...]:
    """The words of a chain, the one next to the head first; () for 世帯主, 縁故者, 同居人 and for anything the vocabulary does not know.

    「子（子の夫）」 is one word although it holds a 「の」.
    """
    links: list[str] = []
    rest = relation
    while rest:
        link = max((word for word in LINKS if rest == word or rest.startswith(word + "の")), key=len, default=None)
        if link is None:
            return ()
        links.append(link)
        rest = rest[len(link) + 1 :]
        if not rest and relation.endswith("の"):
            return ()
    return tuple(links)


def relation_problem(relation: str) -> RelationProblem | None:
    """None when the standard has this 続柄, else why not."""
    if not relation:
        return "relation_empty"
    if relation in (HEAD, KIN_BY_FACT, LODGER):
        return None
    if "(" in relation or ")" in relation:
        return "relation_half_width"
    links = links_of(relation)
    if not links:
        return "relation_unknown"
    return None if len(links) <= GENERATIONS_MAX else "relation_too_long"


def standard_word_for(relation: str) -> str | None:
    """What the standard writes instead of a common word it does not have (孫: 子の子); None when there is no such advice."""
    return _INSTEAD.get(relation)


def generation_of(links: tuple[str, ...]) -> int:
    """Generations below the head (negative: above)."""
    down = sum(1 for link in links if link == "子" or link in ADOPTED_IN_LAW)
    up = sum(1 for link in links if link in PARENTS)
    return down - up
