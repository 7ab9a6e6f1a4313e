"""What a library needs from time to time: retired files deleted, all checked, leftovers swept."""
