"""What `guildbus doctor` looks at: small checks, each with what to do about it."""
