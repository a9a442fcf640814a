"""Tests of fieldtui."""
