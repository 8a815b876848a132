"""The standard form of 住民票の写し (世帯連記式) as data: which box stands where, what its label says. Drawing and reading both work from it."""
