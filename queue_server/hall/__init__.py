"""The rules of the queue: pure, without clock, randomness or I/O."""
