"""The admin API, and later the pages: keys, bots, usage, audit."""
