"""Mails through every linter there is: what only a client's reader would see otherwise.

In the suite one mail with every block, for each brand; `make mail-quality` runs the
same over many generated issues.
"""
