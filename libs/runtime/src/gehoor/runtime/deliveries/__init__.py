"""What leaves the house: mail and webhooks, one attempt at a time; when to try again is told by `retrying`."""
