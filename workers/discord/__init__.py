"""Discord's REST API for the workers: hikari's client behind the `Discord` port."""
