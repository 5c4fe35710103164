"""Reading bounces and complaints: a mail that came back becomes a Bounce, a value.

RFC 3464 (delivery reports), RFC 5965 (complaints), and the rest by their words.
"""
