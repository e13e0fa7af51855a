"""A local stand-in for Discord: REST v10, gateway, OAuth2, and a page to type slash commands into.

It imports nothing of the platform, so that what the platform says to it is exactly what it would say to Discord.
"""
