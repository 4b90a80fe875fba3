"""Reads the files that documents came in: claim -> read -> keep."""
