"""The `guildbus` command line and the all-in-one process."""
