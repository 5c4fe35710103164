"""What partners, and anybody, may take over from us: feeds of their own, and a page a
story."""
