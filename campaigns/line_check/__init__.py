"""Finds out by one guided call to our own phone what a line of this account really does."""
