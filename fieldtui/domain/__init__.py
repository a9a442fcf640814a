"""Casework as frozen values and pure functions; knows no file, no network and no screen."""
