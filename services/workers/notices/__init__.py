"""Tells workspaces about their keys: a signed webhook, an e-mail."""
