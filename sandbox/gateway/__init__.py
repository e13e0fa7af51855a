"""Discord's gateway. https://discord.com/developers/docs/events/gateway"""
