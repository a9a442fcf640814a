"""Presenters: pure functions from values to text. They know neither Textual nor the services."""
