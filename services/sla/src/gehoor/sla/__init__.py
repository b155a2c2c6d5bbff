"""Every promise in sight; escalates until somebody answers."""
