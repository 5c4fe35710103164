"""The one schema: what every house stores its rows with. It knows no domain words."""
