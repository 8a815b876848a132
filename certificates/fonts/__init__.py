"""The fonts papers are drawn with: which font has a character in exactly its registered form, and how the drawn glyphs are put into a PDF so that they read back."""
