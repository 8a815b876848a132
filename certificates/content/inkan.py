"""What stands on the 印鑑登録証明書: the imprint that was registered, and whose seal it is."""

from certificates.content.juminhyo import birth_text, resident_texts
from certificates.content.parts import Asked, Content, Listed, Parts
from certificates.face import EMPTY, Piece
from certificates.form.inkan import REGISTRATION
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.stencil import stencil_of

STATEMENT = "この写しは、登録されている印影と相違ないことを証明する。"
"""認証文 (domain facts 4.2)."""


def listed(sources: Sources, policy: Policy) -> tuple[Listed, ...]:
    """The holder alone: one's own tax and seal papers are one's own (domain facts 3)."""
    holder = sources.holder
    assert holder is not None
    return (Listed(holder.atena_no, holder.name, holder.relation, True, holder.name, birth_text(holder, policy.eras)),)


def options(_sources: Sources, _offered: tuple[str, ...]) -> tuple[str, ...]:
    """Nothing can be left out of it."""
    return ()


def parts(asked: Asked) -> Parts:
    """The registered imprint as it was stored, with the name, 旧氏 and 通称 of the resident register."""
    holder, household, seal = asked.sources.holder, asked.sources.household, asked.sources.seal
    assert holder is not None
    assert household is not None
    assert seal is not None
    texts = {**resident_texts(holder, asked.policy.eras), "address": household.address}
    return Parts(
        title="印鑑登録証明書",
        head=(),
        pieces=(Piece(REGISTRATION.code, tuple((cell.code, texts[cell.code] or EMPTY) for cell in REGISTRATION.cells)),),
        statement=STATEMENT,
        imprint=stencil_of(seal.imprint.png),
    )


CONTENT = Content(listed, options, parts)
