"""Every form by its code."""

from collections.abc import Mapping
from types import MappingProxyType

from certificates.form.fuhyo import FUHYO
from certificates.form.grid import Form
from certificates.form.inkan import INKAN
from certificates.form.juminhyo import JUMINHYO
from certificates.form.kazei import KAZEI, SHOTOKU, SHOTOKU_KAZEI
from certificates.form.kisai_jiko import KISAI_JIKO
from certificates.form.kojinhyo import KOJINHYO
from certificates.form.koseki import KOSEKI

FORMS: Mapping[str, Form] = MappingProxyType(
    {form.code: form for form in (JUMINHYO, KOJINHYO, KISAI_JIKO, INKAN, KOSEKI, FUHYO, KAZEI, SHOTOKU, SHOTOKU_KAZEI)}
)
"""A paper names its form; `certificates.kinds` says which kind is issued on which."""
