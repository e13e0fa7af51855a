"""What can happen in a guild, whoever did it: change the state, write the audit log, tell the gateway."""
