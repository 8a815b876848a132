"""Every kind's content by the kind's code."""

from collections.abc import Mapping
from types import MappingProxyType

from certificates.content import juminhyo
from certificates.content.parts import Content

CONTENTS: Mapping[str, Content] = MappingProxyType({"juminhyo": juminhyo.CONTENT})
"""A kind without a row here cannot be issued yet."""
