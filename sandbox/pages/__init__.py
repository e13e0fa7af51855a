"""The pages: the channel to type slash commands into, and the login."""
