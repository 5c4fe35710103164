"""The people who make the newsletter: how they enter, what they may, what they did."""
