"""What operators set: hall files, each read into a plan, and the settings of the server process."""

from __future__ import annotations

from .faults import Fault as HallFileError
from .faults import HallFileErrors, SettingsErrors
from .hall_file import Inspection, inspect_hall, read_hall
from .server import Secret, ServerSettings, read_settings
from .webhooks import Webhook, read_webhooks

__all__ = [
    "HallFileError",
    "HallFileErrors",
    "Inspection",
    "Secret",
    "ServerSettings",
    "SettingsErrors",
    "Webhook",
    "inspect_hall",
    "read_hall",
    "read_settings",
    "read_webhooks",
]
