"""What things cost, measured on this machine: run by `make bench`, never asserted in tests."""
