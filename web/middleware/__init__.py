"""Plain ASGI middleware, one class per file; `order` is the list."""
