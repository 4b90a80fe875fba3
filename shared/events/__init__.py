"""The language between services: frozen, versioned, primitives only."""
