"""Faults on purpose: real workers, real databases, and everything that goes wrong.

Workers are processes started as an operator starts them; what they mail goes to a
stand-in of its own process that writes down each mail it takes before it says so
(``relay``, ``post_office``). They are killed, stopped, cut off and starved (``crew``,
``seam``), while another process reads the receipt all the time (``watcher``). What must
hold in the end stands in one function (``oracle.judge``).

``make test`` does a dozen kills and the quick faults; ``make crash`` all of it.
"""
