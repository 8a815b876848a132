"""Signing a document of our own writer once and for all, and telling who signed one.

PAdES B-B in one pass: the writer leaves room (`placeholder`), the signer fills two holes of a CMS that was built once (`cms`, `signing`), and nothing is appended or rewritten ever.
`strict` accepts exactly the files made so and no bit besides. `key_list` is the authority's word on whose keys sign 2-D codes. Pure: keys and certificates are handed in as values,
`now` too. Must never know what a document says, where keys lie, or who is asked for whose signature.
"""
