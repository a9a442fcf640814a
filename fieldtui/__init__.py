"""fieldtui: an encrypted, offline-first casework tool for employment consultants."""

__version__ = "0.1.0"
