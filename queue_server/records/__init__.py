"""History in SQL: what outlives the store's memory of a day."""
