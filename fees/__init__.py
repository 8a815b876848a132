"""The fee office (手数料管理): what a yen may do.

A certificate is priced by the tariff of the day the resident saw its price; what happened to the money arrives as numbered facts; each fact is booked once,
in double entry, and never changed. The office never learns who the resident is: an issuance id, a municipality and a kind are all it is told.

`tariff`, `pricing`, `accounts` and `posting` are pure. `metering` and `ledger` are what the database remembers, `booking` joins them in one transaction,
`reconciliation` looks for what does not fit, `desk` answers the center, `app` shows the books to the staff.
"""
