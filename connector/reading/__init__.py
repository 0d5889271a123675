"""From the JSON of label rows to finished tables, in this process or in one beside it. Imports nothing by itself."""
