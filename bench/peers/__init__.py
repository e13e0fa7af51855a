"""The same job on other libraries. Runs in an environment of its own (`bench/requirements.txt`)."""
