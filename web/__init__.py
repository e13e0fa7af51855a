"""The dashboard, the HTTP API and the live updates."""
