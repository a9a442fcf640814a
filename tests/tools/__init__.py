"""Commands for the people who build fieldtui."""
