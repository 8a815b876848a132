"""Every form by its code."""

from collections.abc import Mapping
from types import MappingProxyType

from certificates.form.grid import Form
from certificates.form.juminhyo import JUMINHYO

FORMS: Mapping[str, Form] = MappingProxyType({form.code: form for form in (JUMINHYO,)})
"""A paper names its form; `certificates.kinds` says which kind is issued on which."""
