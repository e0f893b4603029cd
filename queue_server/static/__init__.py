"""What all pages share: the design tokens and the live link."""
