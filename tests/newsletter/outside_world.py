"""The world outside, as it answers in a test."""

from newsletter.fetching import Page


class Web:
    """Answers of the world outside, by address; counts who asked."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    def __call__(self, url: str, *, method: str = "GET") -> Page:
        self.asked.append((method, url))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Page(url, answer)
