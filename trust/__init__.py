"""Who may be believed: authorities, the parties' certificates, the cards' certificates, OCSP, TLS between parties.

Decides whether a certificate, a signature or an answer is what it claims to be, at a given instant. Reads no clock and draws no chance: the time comes as `now`,
serial numbers and names come from `token`. Files are touched only by `load`, `save` and the two functions that make a TLS context. Every authority made here says 見本.

* `authority`: a root certificate and its key
* `parties`: certificates that name a party, and the TLS contexts both ends of a connection use
* `signing`: a kiosk's own key
* `credentials`: the 利用者証明用 and 署名用 certificates on cards, and which of them are believed
* `challenge`: the card's signature over a challenge
* `ocsp`, `ocsp_responder`: asking for and checking, giving, the status of a certificate
* `referrals`: what one municipality says to another about a resident, sealed
* `der`: the few DER forms that the library cannot write with a time of our own
"""
