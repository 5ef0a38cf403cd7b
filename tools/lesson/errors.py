"""The one exception that the tool shows to its user without a traceback."""


class LessonError(Exception):
    """Says where (file and line), what is wrong, and the remedy."""

    def __init__(self, where, problem, remedy=""):
        self.where, self.problem, self.remedy = str(where), problem, remedy
        text = f"{where}: {problem}" if where else problem
        super().__init__(f"{text}\n  remedy: {remedy}" if remedy else text)
