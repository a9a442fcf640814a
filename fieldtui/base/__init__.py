"""The ground everything stands on: errors, clock, ids, text, files, log and language."""
