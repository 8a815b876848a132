"""The rows of the table of a visit, in the order of the screens. `kiosk.visit` puts them together; nobody else reads them."""
