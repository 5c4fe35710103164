"""Templates as a package, so that the wheel and the checkout find them the same way."""
