"""The screens, one a file; each is imported the first time it is shown."""
