"""The ports in one process's memory: twins that keep the same promises, for simulations and tests."""
