"""Discord's REST API, version 10. https://discord.com/developers/docs/reference"""
