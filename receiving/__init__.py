"""What whoever receives a paper can do with a scan or a photograph of its back: see the front again, read the 2-D code, learn what that proves and what it cannot.

From bytes to findings, one room a step: `upload` (is this a picture we dare to open?), `marks` (where does the sheet lie in it?), `flattening` (the sheet without its skew), `originality` (what
does the ground look like?), `scan` (all of that: a `Reading`, without an opinion on who signed), `verdict` (the separate answers). Pure but for the decoders of Pillow and ZXing: no clock, no
file, no network; keys, lists and the center's word are handed in. Nothing of an upload is kept or logged.
"""
