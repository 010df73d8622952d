"""The client: what a call costs beside requests, on one kept connection to a server that costs little.

`server` answers constant bytes from a process of its own; `sides` makes the same call by each client;
`__main__` measures, `python -m benchmarks.http`. The transport alone (pyreqwest) and a raw socket are sides
too: they bound what a client on them can reach.
"""
