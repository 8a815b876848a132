"""Everything one party may say to another, and the link that carries it.

The parties (`kiosk`, `issuance_center`, `municipal_server`, `fees`, `jpki`) never import each other; they meet here.

* `visits`: kiosk <-> issuance center
* `orders`: issuance center <-> certificate issuer (a municipal server or the shared cloud)
* `facts`: issuance center <-> fee office
* `refusals`: the one table of refusals
* `routes`: which message goes to which path, who may send it, what answers it
* `wire`: bytes <-> messages, and the canonical bytes that are signed and hashed
* `link`, `door`: the two ends of a connection
"""
