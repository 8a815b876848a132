"""戸籍 and 戸籍の附票 of one 本籍地: a family's register and where its people live, as values, as tables, as CSV; checks and dated changes."""
