"""Use cases that the terminal UI and the command line both call."""
