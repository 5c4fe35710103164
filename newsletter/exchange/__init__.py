"""What partners share with us: their feeds, asked, read, and kept in two layers.

ask (``asking``), read (``reading``), compare (``matching``), store (``intake``).
A piece that came in is an ordinary piece of the library; its ``SourceItem`` beside it
remembers what the source says, so that our changes and theirs never overwrite each
other.
"""
