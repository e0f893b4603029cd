"""Followers: they act on what has landed, and none is on the path of issuing or calling."""
