"""How a process serves HTTP, and what a connection may take of it."""
