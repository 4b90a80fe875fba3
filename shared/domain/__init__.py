"""Pure decisions and the values they speak of: no sockets, no clock, no randomness."""
