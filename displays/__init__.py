"""What the hall sees: boards fed by state, never by deltas."""
