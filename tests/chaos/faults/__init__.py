"""What can go wrong, one function each: inject, yield while it lasts, heal."""
