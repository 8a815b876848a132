"""What stands on each kind of certificate: from the registers' values to the texts of a face. One file for each kind; `catalogue` finds them."""
