"""Interactions: a person uses a command, the bot answers. https://discord.com/developers/docs/interactions"""
