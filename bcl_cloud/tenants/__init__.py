"""What the cloud's own database remembers about tenants: which there are, their states and terms, trial papers, canaries, probes and restarts, the journal. No resident stands in it."""
