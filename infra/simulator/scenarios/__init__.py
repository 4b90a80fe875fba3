"""What the simulator can answer, as data: one TOML table per provider, one for faults."""
