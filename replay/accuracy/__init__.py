"""How well violations are found: clips with known truth, every way of seeing, side by side."""
