"""What executes each command; `workers.handlers.table` lists them."""
