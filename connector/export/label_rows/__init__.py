"""`export json`: label rows out of the tables, as the Encord SDK writes them."""
