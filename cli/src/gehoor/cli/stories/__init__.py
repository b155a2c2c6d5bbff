"""Stories to play through the public APIs: what customers, staff and a sponsor do, each by its own key.

A story never looks into a store. It acts over HTTP and by mail, and waits for what the journal tells.
"""
