"""From the JSON of label rows to finished tables, in this process or in a second one. Imports nothing by itself."""
