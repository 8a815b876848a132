"""The lines to the issuers: asked again under the same ids until there is an answer or the patience ends; each issuer within bounds of its own, so that one slow town never slows the others.

Decides what counts as an answer: the reply, or a refusal for one of the issuer's own reasons. Silence and "not now" are none yet, nor is a line that is full or cut off; anything else is a
failure of the issuer, and is never shown to a resident as if it were a reason.
"""

from issuance_center.issuer_lines.answers import REASONS, Declined, Failed, Unavailable
from issuance_center.issuer_lines.lines import IssuerLines, LineState

__all__ = ["REASONS", "Declined", "Failed", "IssuerLines", "LineState", "Unavailable"]
