"""Measurements: told as ratios of the same run, because a second on one machine says nothing about another."""
