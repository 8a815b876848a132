"""What a plan computes: contributions by the functions that bill, on whole arrays; comparisons; what new services add; a newcomer; a campaign; ranges from seeded draws."""
