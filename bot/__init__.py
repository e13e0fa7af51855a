"""The Discord client: specs become slash commands, interactions become commands, the gateway becomes events."""
