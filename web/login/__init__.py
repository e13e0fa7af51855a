"""Login with Discord, and the sessions that follow from it."""
