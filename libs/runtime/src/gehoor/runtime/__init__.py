"""What makes a service reliable: handling, stores, journal, HTTP, deliveries. Knows nothing of complaints."""
