"""Workers: receive a command, claim it, run it, settle it, publish its result, then acknowledge it."""
