"""Who may do what: principals, their tokens, and the one place that decides."""
