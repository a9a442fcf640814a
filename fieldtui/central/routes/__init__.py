"""What the central system answers, one resource a file."""
