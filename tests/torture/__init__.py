"""Real processes that are killed in the middle of things: `python -m tests.torture sync|failover`."""
