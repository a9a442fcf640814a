"""Bringing a device and the central system together (docs/protocol)."""
