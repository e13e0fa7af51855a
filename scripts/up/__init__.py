"""`guildbus up`: every room in one process, each part embedded unless a setting names a real one."""
