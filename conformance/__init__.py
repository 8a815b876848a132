"""The conformance kit: tests any certificate server that speaks the published protocol (docs/protocol/), from outside, as a vendor would before joining.

Knows what is said (`messages`) and what a paper is (`certificates`), and no party. What it finds is told without personal data: ids of cases and of test people, codes of what differs.
"""
