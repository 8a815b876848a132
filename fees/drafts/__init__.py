"""How rules change: a draft is entered, previewed, approved by somebody else, and in force from its day; nothing of the past is ever touched.

Keeps every rule there has been (`history`), every draft and every step of a person (`drafting`), and a chain of what was done that shows any later change (`chain`).
What a rule means is `fees.rules`'.
"""
