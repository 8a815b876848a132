"""The conformance kit: tests any certificate server that speaks the published protocol, from outside, as the issuance center would speak to it."""
