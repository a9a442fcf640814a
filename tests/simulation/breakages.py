"""placeholder"""
BREAKAGES = {}
