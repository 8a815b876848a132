"""Every kind's content by the kind's code."""

from collections.abc import Mapping
from types import MappingProxyType

from certificates.content import fuhyo, inkan, juminhyo, kazei, kisai_jiko, koseki
from certificates.content.parts import Content

CONTENTS: Mapping[str, Content] = MappingProxyType(
    {
        "juminhyo": juminhyo.CONTENT,
        "kisai_jiko": kisai_jiko.CONTENT,
        "inkan": inkan.CONTENT,
        "koseki": koseki.CONTENT,
        "fuhyo": fuhyo.CONTENT,
        "kazei": kazei.CONTENT,
    }
)
"""A kind without a row here cannot be issued yet."""
