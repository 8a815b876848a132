"""Deliberately broken certificate servers, one for each class of published misissue (domain facts 7.1), and the little town that they serve: the kit must name each by exactly its class."""
