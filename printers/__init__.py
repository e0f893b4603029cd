"""What the hall holds in its hand: slips, their layout, their bytes and the printers they go to."""
