"""Ends well and leaves nothing behind."""
