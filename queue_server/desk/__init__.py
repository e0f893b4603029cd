"""One hall live: commands are decided in turn, appended together, and answered once they are facts."""
