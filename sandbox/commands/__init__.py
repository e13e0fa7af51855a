"""Application commands. https://discord.com/developers/docs/interactions/application-commands"""
