"""Each change of the schema, by its count."""
