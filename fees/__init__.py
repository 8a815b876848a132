"""The fee office (手数料管理): what a yen may do.

A certificate is priced by the tariff of the day the resident saw its price; what happened to the money arrives as numbered facts; each fact is booked once,
in double entry, and never changed. The office never learns who the resident is: an issuance id, a municipality and a kind are all it is told.

`rules` are what ordinances and contracts say, `booking` brings facts into the ledger, `desk` answers the center, `offices` show the books to the staff.
"""
