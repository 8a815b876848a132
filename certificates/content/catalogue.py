"""Every kind's content by the kind's code."""

from collections.abc import Mapping
from types import MappingProxyType

from certificates.content import inkan, juminhyo, kazei, kisai_jiko
from certificates.content.parts import Content

CONTENTS: Mapping[str, Content] = MappingProxyType(
    {"juminhyo": juminhyo.CONTENT, "kisai_jiko": kisai_jiko.CONTENT, "inkan": inkan.CONTENT, "kazei": kazei.CONTENT}
)
"""A kind without a row here cannot be issued yet."""
