"""A recorded conversation of protocol version 1, and what plays it against a central system: `python -m tests.golden`."""
