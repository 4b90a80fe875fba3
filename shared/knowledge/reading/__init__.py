"""Files into blocks, one format a file; only the ingest's reader process imports it."""
