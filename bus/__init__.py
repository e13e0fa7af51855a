"""The message bus, free of features: envelopes, ids, errors, topology, retries and the transports."""
