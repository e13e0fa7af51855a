"""guildbus, and the same job written by hand: the programs that the benchmark starts."""
