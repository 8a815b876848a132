"""住民基本台帳: the people and households of one municipality, as values, as tables, as CSV; the checks a line must pass and the changes a clerk makes."""
