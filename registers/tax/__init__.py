"""課税台帳: what one person earned in one year and which 市民税・県民税 and 森林環境税 follow from it, as values, as tables, as CSV; and the rules of each year."""
