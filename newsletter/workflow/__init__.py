"""From draft to sent: the gate every start goes through."""
