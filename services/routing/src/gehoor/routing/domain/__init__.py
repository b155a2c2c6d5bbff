"""All that can happen in routing: `ownership` of a matter, and the `presence` of a person."""
