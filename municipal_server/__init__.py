"""証明書発行サーバ: one municipality's own issuer.

It reads its own register at one instant, decides who may stand on a paper, numbers and draws it, and keeps the 発行履歴. It hears only the issuance center; it takes no money and
never sees a kiosk. `desk` is the way through it.
"""
