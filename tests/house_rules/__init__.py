"""The project's own rules, as tests: what reviewers would else have to remember."""
