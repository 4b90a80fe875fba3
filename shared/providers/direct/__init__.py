"""Requests straight over HTTP: the fast way."""
