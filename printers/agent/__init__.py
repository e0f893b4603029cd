"""The agent: prints a hall's slips on the printers beside the computer it runs on (``yichuang agent``)."""
