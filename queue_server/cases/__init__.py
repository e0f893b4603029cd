"""The rules of cases (办件): what follows when a matter is accepted and not finished on the spot. Pure."""
