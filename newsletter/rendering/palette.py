"""The colours that are ours; a partner's come with its brand."""

ACCENT = "#a63d22"  # brick: 6.3:1 on the card
ACCENT_DARK = "#f0957a"  # the same voice on the dark card
