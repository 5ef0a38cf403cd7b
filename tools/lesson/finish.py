"""Can the lesson be finished? Puts the answers into its starter, task by task, and looks each time at
what ./lesson check would say."""

import re
from pathlib import Path

from . import gates, learner, progress, slicer
from .build import BuildFailed
from .gates import GateFailed


def finish(workshop, lesson):
    """Returns a line of counts, or raises GateFailed: each task must turn one of its tests green,
    `check` must name the tasks one after the other, and at the end say that the lesson is done."""
    tasks = list(workshop.tree.tasks(lesson.number))
    starter = workshop.slice(lesson.number, starter=True)
    programs = _own_programs(lesson, starter)
    build = workshop.enter(lesson.number, starter=True)
    _make(build, (), programs)
    key = _key(workshop, lesson, programs)
    if workshop.passed.spares(key):
        return f"{len(tasks)} tasks, the lesson could be finished as it is"
    memory, before, turned = {}, None, []
    for count in range(len(tasks) + 1):
        answered = tasks[:count]
        workshop.enter(lesson.number, starter=True, answered=frozenset(answered))
        last = count == len(tasks)
        _make(build, answered, ["bin/strata", *build.test_targets()] if last else programs)
        older = (0, ())
        if last:
            done = gates.older_cases(workshop, lesson, build.cases())
            older = done.count, done.failed
        found = learner.examine_own(build.tree, lesson, build, starter, memory, older)
        here = found.progress
        now = {progress.key(outcome.case) for task in (*here.tasks, here.together) for outcome in task.green}
        if before is not None:
            turned.append((answered[-1], len(now - before)))
            _require_progress(lesson, here, answered, now - before, found)
        before = now
        left = [task.number for task in here.tasks if task.untouched]
        if left != tasks[count:]:
            raise GateFailed(f"after {_list(answered)} the tasks still to be written seem to be {_list(left)}",
                             f"see progress.is_untouched: next goes by the starter's `// Task {lesson.number}.N:`")
        if not last and (here.next is None or here.next.number != tasks[count]):
            raise GateFailed(f"after {_list(answered)} check doesn't name task {tasks[count]}:\n"
                             + "\n".join(found.lines), _see(lesson))
    if not found.done:
        raise GateFailed("with every task answered check still says:\n" + "\n".join(found.lines), _see(lesson))
    each = ", ".join(f"{task} turns {count} green" for task, count in turned)
    whole = _build_it(workshop, lesson) if workshop.tree.build_task(lesson.number) else ""
    workshop.passed.add(key)
    return f"{each}; then the lesson is done{whole}"


def _build_it(workshop, lesson):
    """The same of the build-it task: its stubs fail cleanly, and another right answer than ours passes."""
    task, = workshop.tree.build_task(lesson.number)
    build = workshop.enter(lesson.number, kind="build")
    starter = workshop.tree.slice_with(lesson.number, "build")
    programs = _own_programs(lesson, starter)
    _make(build, (), ["bin/strata", *build.test_targets()])
    older = gates.unexpected(lesson, gates.older_cases(workshop, lesson, build.cases(), starter=True).failed)
    if older:
        raise GateFailed(f'an older test fails where {task} is to be written: "{older[0].case.name}": '
                         f"{older[0].verdict()}", build.command(older[0].case))
    found = learner.examine_own(build.tree, lesson, build, starter, {})
    red = [outcome for part in (*found.progress.tasks, found.progress.together) for outcome in part.red]
    unclean = [outcome for outcome in red if not outcome.clean_failure]
    if unclean:
        raise GateFailed(f'where {task} is to be written, "{unclean[0].case.name}" is {unclean[0].verdict()}',
                         build.command(unclean[0].case))
    if found.progress.next is None or found.progress.next.number != task:
        raise GateFailed(f"where nothing is written, check doesn't name {task}:\n" + "\n".join(found.lines))
    build = workshop.enter(lesson.number, kind="other")
    _make(build, (), programs)
    other = learner.examine_own(build.tree, lesson, build, starter, {})
    failed = [outcome for part in (*other.progress.tasks, other.progress.together) for outcome in part.red]
    if failed:
        raise GateFailed(f'another right answer fails at "{failed[0].case.name}": the contracts don\'t say what '
                         f"it tests, or that answer is wrong\n{failed[0].output}", build.command(failed[0].case))
    return f"; {task} fails cleanly ({len(red)} red), and another right answer passes"


def _key(workshop, lesson, programs):
    """The starter's programs, the files with the answers, and those of a build-it task."""
    files = workshop.slice(lesson.number)
    paths = {path for _, path, _ in workshop.tree.tasks(lesson.number).values()}
    whole = [slicer.digest(kept) for kind in ("build", "other") if (kept := workshop.tree.whole(lesson.number, kind))]
    return workshop.key([name.removeprefix("bin/tests/") for name in programs if "/tests/" in name],
                        "finish", lesson.tag, lesson.green_in_starter,
                        slicer.digest({path: files[path] for path in paths}), *whole)


def _require_progress(lesson, here, answered, fresh, found):
    """The task that was answered last has a test of its own, and one of them has become green."""
    task = next(task for task in here.tasks if task.number == answered[-1])
    if not {progress.key(outcome.case) for outcome in task.green} & fresh:
        raise GateFailed(f"no test of task {task.number} becomes green when {_list(answered)} are answered:\n"
                         + "\n".join(found.lines),
                         f'give the case that needs this task and no later one the tag "{lesson.task_tag(task.number)}"')


def _list(answered):
    return " and ".join(answered) or "nothing"


def _see(lesson):
    return f"./lesson slice {lesson.id} DIR --start, put the answers in, and ./lesson check there"


def _own_programs(lesson, files):
    """The programs with the lesson's cases, and the one that some of them run."""
    tag = re.compile(rb'[\["]' + lesson.slug.encode() + rb'[\]",]')
    modules = {Path(path).parent.name for path, file in files.items()
               if re.fullmatch(r"tests/\w+/\w+_test\.cc", path) and tag.search(file.data)}
    return ["bin/strata", *(f"bin/tests/strata_test_{module}" for module in sorted(modules))]


def _make(build, answered, targets):
    try:
        build.make(targets)
    except BuildFailed as error:
        raise GateFailed(f"the starter with {_list(answered)} answered does not build\n{error.excerpt()}",
                         f"ninja -C {build.folder}") from None
