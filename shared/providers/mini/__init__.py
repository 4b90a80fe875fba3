"""Mevichat Mini, the platform's own model: another server's, or the built-in answerer."""
