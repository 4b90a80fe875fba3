"""Rings whatever should have been rung."""
