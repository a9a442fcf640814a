"""The whole program as people meet it: real processes, a real central system, a real terminal."""
