"""What came in, what was said, what was promised, how it ended."""
