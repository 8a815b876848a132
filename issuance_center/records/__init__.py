"""What the center remembers: visits, issuances and their steps, what it owes to others, alarms and cases. No names, no papers."""
