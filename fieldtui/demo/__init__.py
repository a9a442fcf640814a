"""Training: a made-up team on a real central system, never mixed with real work."""
