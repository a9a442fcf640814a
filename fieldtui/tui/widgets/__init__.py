"""Widgets: take values, post messages, decide nothing."""
