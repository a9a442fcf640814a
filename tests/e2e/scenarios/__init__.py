"""The 24 failure scenarios of real life that fieldtui was designed for, each from its beginning to what a person sees."""
