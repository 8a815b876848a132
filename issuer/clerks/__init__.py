"""The pages of a municipality's clerks: residents, 戸籍, papers. Whose registers they show is given."""
