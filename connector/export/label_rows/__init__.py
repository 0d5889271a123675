"""`export json`: label rows from the tables, in the form that the Encord SDK writes."""
