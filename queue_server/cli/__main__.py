"""``python -m queue_server.cli`` is ``yichuang``."""

from queue_server.cli import main

main()
