"""The chat API: authenticate, admit, wait or stream. It never calls a provider."""
