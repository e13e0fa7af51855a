"""The OpenAPI document held against a running web process, by schemathesis."""
