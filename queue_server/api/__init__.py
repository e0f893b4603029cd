"""HTTP and WebSocket for staff, devices and integrations, under ``/api/halls/{hall}/…``."""
