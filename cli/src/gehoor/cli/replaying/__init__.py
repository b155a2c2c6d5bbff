"""`gehoor replay`: rows of a file as complaints, through intake's public API.

Read it in this order: `rows` (what the file says), `templates` and `mapping` (what a row means), `complaints` (a row as
an event), `sending` (to intake, again where it must), `remembering` (where it stopped), `following` and `summary` (what
became of it), `command` (all of it).
"""
