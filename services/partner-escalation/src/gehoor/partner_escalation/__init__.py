"""Tickets with third parties, while the organisation stays the owner towards its customer."""
