"""The control API: play the people, break things, look at what happened. Stable; tests build on it."""
