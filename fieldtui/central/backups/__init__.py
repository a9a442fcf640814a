"""Copies of the central database: sealed files, what lies in them, and whether what came back is whole."""
