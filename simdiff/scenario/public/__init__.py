"""Public school files as agencies publish them: recognised by their header, read, joined, and made one tidy table."""
