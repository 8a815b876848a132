"""The form one municipality prints its papers on: whose seal, whose name, which numbers. Parameters of an issuer, never of a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IssuerForm:
    """What stands on every paper of one issuer.

    `municipality` is the 6-digit code with its check digit; `seal_png` is the 電子公印 as a square, black, greyscale PNG of at most 25 mm at 300 dpi or finer
    (`certificates.seal.seal_png` makes one); `number_prefix` begins every 発行番号 of this issuer.
    """

    municipality: str
    prefecture: str
    name: str
    certifier_title: str  # 見本県みほん市長, or with 職務代理者
    certifier_name: str
    seal_png: bytes
    number_prefix: str
