"""The warehouse as Apache Iceberg tables: many processes write it, and any engine reads it."""
