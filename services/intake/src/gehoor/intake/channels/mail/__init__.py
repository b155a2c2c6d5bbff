"""A raw mail, from anybody.

`reading` parses it within bounds, `aside` says which no person waits for an answer to, `arriving` makes of it a
complaint, a contact in a thread, or a message set aside. Nothing is lost: what can't be read is kept whole.
"""
