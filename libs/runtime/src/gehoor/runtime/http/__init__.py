"""HTTP as every service speaks it: problems, keys, limits, idempotency, health, and the one application of them."""
