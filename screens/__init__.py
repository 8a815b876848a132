"""What the office pages of every party share: base page, stylesheet, language switch, sign-in.

Decides who may see an office page and how it looks; knows no party, no register and no money. `office.office_app` is the way in.
"""
