"""The command line: parses, calls a service, prints. Names, shapes and exit codes are public (docs/cli.md)."""
