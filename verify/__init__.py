"""A theorem-checking toolkit for deep-learning optimization theory."""
