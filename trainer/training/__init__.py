"""The loop, and what it needs at each step."""
