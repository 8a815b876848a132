"""What a register promises."""
