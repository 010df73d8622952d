"""One drawn application and its requests, run on Flask and on Schlenk: every answer must be equal."""
