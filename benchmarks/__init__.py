"""The figures the README quotes: ours and a named reference, alternating in one run.

``make bench`` prints a table and writes JSON to ``var/bench``. Machines drift, so read
the ratios. To add a measure, write a function that yields ``Measure`` and list it in
``benchmarks.__main__.MEASURES``.
"""
