"""The staff's pages in a browser: clients of the same API as the consoles, with the same words and rights."""
