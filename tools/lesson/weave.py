"""A file as all lessons have it: its lines in one order, each with the lessons that it is in.

Main has the lines that the last lesson has. Lines that some lessons had and main hasn't any more are
the past; tasks are spans whose lines a learner writes.
"""

from dataclasses import dataclass, field

from . import stubs


@dataclass
class Line:
    text: str
    low: int                 # The first lesson that has it.
    high: int | None = None  # The last one; None: main has it.
    held: bool = False       # The starter of lesson high + 1 has it, too.

    def alive(self, lesson):
        return self.low <= lesson and (self.high is None or lesson <= self.high)


@dataclass
class Task:
    lesson: int
    place: int               # Among the lesson's tasks, from 1.
    title: str
    inert: str | None = None
    uses: list[str] = field(default_factory=list)

    @property
    def id(self):
        return f"{self.lesson}.{self.place}"


@dataclass
class Mark:
    """Where a task begins or ends."""

    task: Task
    opens: bool


@dataclass
class Woven:
    path: str
    base: int                # The lesson that brings the file; 0: all have it.
    items: list              # Lines and marks.
    newline: bool = True     # Main's last line ends with one.

    def main(self):
        return [item for item in self.items if isinstance(item, Line) and item.high is None]

    def past(self):
        return [item for item in self.items if isinstance(item, Line) and item.high is not None]

    def tasks(self):
        return [item.task for item in self.items if isinstance(item, Mark) and item.opens]

    def line_of(self, task):
        """The number of the line of main that the task begins before, from 1."""
        at = 1
        for item in self.items:
            if isinstance(item, Mark) and item.task is task:
                return at
            at += isinstance(item, Line) and item.high is None
        raise KeyError(task.id)

    def body(self, task):
        """The items between a task's marks."""
        ends = [i for i, item in enumerate(self.items) if isinstance(item, Mark) and item.task is task]
        return self.items[ends[0] + 1:ends[1]]

    def answer(self, task):
        """The lines that the task asks for."""
        return [line.text for line in self.body(task)
                if isinstance(line, Line) and line.alive(task.lesson)]


def text_of(lines, newline=True):
    text = "\n".join(lines)
    return text + "\n" if lines and newline else text


def render(woven, lesson, starter=False, answered=frozenset()):
    """The text of the file in lesson `lesson`, or in that lesson's starter; of the starter's tasks
    those in `answered` are done."""
    if not starter:
        lines = [item.text for item in woven.items if isinstance(item, Line) and item.alive(lesson)]
        return text_of(lines, woven.newline)
    out, calls, inside = [], False, None
    for i, item in enumerate(woven.items):
        if inside is not None:
            if isinstance(item, Mark) and item.task is inside:
                inside = None
        elif isinstance(item, Mark):
            if item.opens and item.task.lesson == lesson and item.task.id not in answered:
                calls |= stubs.put(item.task, woven.answer(item.task), out)
                inside = item.task
        elif item.alive(lesson) or (item.held and item.high + 1 == lesson and
                                    not _is_replaced(woven.items[i:], lesson, answered)):
            out.append(item.text)
    if calls:
        out = stubs.with_include(out, woven.path)
    return text_of(out, woven.newline)


def _is_replaced(after, lesson, answered):
    """Whether the task that older code is kept for in the starter, the next one, is answered."""
    following = next((item.task for item in after
                      if isinstance(item, Mark) and item.opens and item.task.lesson == lesson), None)
    return following is not None and following.id in answered
