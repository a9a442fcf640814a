"""The protocol between a device and the central system: messages, signatures, problems."""
