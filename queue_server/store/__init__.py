"""The only place that talks to Redis: logs, the append script, side keys, leases, the embedded server."""
