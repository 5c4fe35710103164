"""Pages of others that we point at: what they answered when we last looked."""
