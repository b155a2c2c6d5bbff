"""What came in, channel by channel: one function each, from what came to one normalised command.

`form` is what web, phone, desk, letter and chat share; `report`, `contact` and `mail` are themselves; `cloudevents`
says which of them an event is. `arriving` has what all of them are given and give.
"""
