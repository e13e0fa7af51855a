"""Live updates: one follower of the stream per process, a ring of the last hour, a bounded queue per session."""
