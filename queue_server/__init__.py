"""The queue server: a hall's day is a log, its rules are pure, Redis is the arbiter."""

__version__ = "0.1.0"
