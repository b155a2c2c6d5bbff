"""The catalogue as pages and schemas, generated from the facts: `python -m gehoor.events.docs [--check]`."""
