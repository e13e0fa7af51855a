"""The commands of `guildbus`, one group a file."""
