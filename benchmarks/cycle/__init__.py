"""The request cycle beside Flask's: the same application, in process, as plain WSGI calls."""
