"""The commands of ./lesson."""

import argparse
import difflib
import json
import os
import re
import signal
import subprocess
import sys
import webbrowser
from pathlib import Path

from . import authors, compare, gates, learner, numbers, slicer, tags, verify
from .build import jobs_wanted
from .errors import LessonError
from .workshop import Workshop, held


def main(root, arguments):
    own, options_of_benchmark = split_at_dashes(arguments)
    options = _parser().parse_args(options_first(own))
    options.root = Path(root)
    if options.run is run_bench:
        options.arguments = options_of_benchmark
    for number in (signal.SIGTERM, signal.SIGHUP):  # As after Ctrl-C, what was begun is ended.
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        status = options.run(options) or 0
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # Of `./lesson list | head`: nobody reads on, and that is all right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except LessonError as error:
        print(f"lesson: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def options_first(arguments):
    """Of `start 07 --build FOLDER`, which argparse doesn't understand, `start --build 07 FOLDER`."""
    if arguments[:1] != ["start"]:
        return arguments
    return ["start", *sorted(arguments[1:], key=lambda word: not word.startswith("--"))]


def split_at_dashes(arguments):
    """What is for ./lesson, and what follows "--" in `bench` and is for Google Benchmark."""
    if "--" not in arguments or arguments[0] != "bench":
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1:]


def source_of(options):
    """A commit if one is named (or, for the tags, HEAD), else the work tree as it stands."""
    rev = getattr(options, "rev", None)
    if getattr(options, "worktree", False):
        rev = None
    return slicer.Commit(options.root, rev) if rev else slicer.WorkTree(options.root)


def tree_of(options):
    """The parsed tree on main; an error in a slice, which has nothing left to slice."""
    tree = slicer.Tree.of(source_of(options))
    if tree.is_slice():
        raise LessonError(options.root, "this is the tree of one lesson, not main",
                          "run this command in a checkout of main")
    return tree


def run_slice(options):
    tree = tree_of(options)
    files = tree.slice_with(options.number, "build") if options.build else tree.slice(options.number, options.start)
    done = slicer.write(files, options.folder)
    what = "build-it task of lesson" if options.build else "starter of lesson" if options.start else "lesson"
    print(f"{what} {options.number:02d}: {done.files} files, {done.written} written, "
          f"{done.deleted} deleted in {options.folder}")


def run_list(options):
    tree = slicer.Tree.of(source_of(options))
    rows = [("no", "slug", "title", "tasks", "files", "lines")]
    for lesson in tree.manifest.lessons:
        sizes = learner.sizes(options.root, lesson) if tree.is_slice() else sizes_on_main(tree, lesson)
        rows.append((lesson.id, lesson.slug, lesson.title, *map(str, sizes)))
    print_table(rows)
    if tree.is_slice():
        print("\n(- : the lesson is not in this tree, and it has no tag in this clone)"
              if any("-" in row for row in rows) else f"\nyou are at lesson {learner.current(options.root):02d}")
    if options.unowned:
        names = [path for path in tree.files
                 if path not in tree.owners.added and not path.startswith("lessons/")]
        print("\nfiles that no lesson owns:", *names, sep="\n  ")


def sizes_on_main(tree, lesson):
    """How many tasks, files and lines of code a lesson brings."""
    mine = [path for path, number in tree.owners.added.items() if number == lesson.number]
    before = tree.slice(lesson.number - 1) if lesson.number > 1 else {}
    whole = "+1" if tree.whole(lesson.number, "build") else ""
    return (f"{len(tree.tasks(lesson.number))}{whole}", len(mine),
            slicer.added_lines(before, tree.slice(lesson.number)))


def print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def run_tags(options):
    tree = slicer.Tree.of(source_of(options))
    if tree.is_slice():
        raise LessonError(options.root, "this is the tree of one lesson, not main",
                          "run ./lesson tags in a checkout of main, or git fetch --tags")
    for name, tag, commit in tags.make(tree, options.root, options.edition, options.dry_run):
        print(f"{name}  tag {tag}  commit {commit}")


def run_start(options):
    if not learner.has_tag(options.root, "lesson-01-start") and not (options.root / slicer.CURRENT).exists():
        print("writing the tags of all lessons, once per clone ...", flush=True)
        tags.make(slicer.Tree.of(slicer.Commit(options.root, "HEAD")), options.root)
    started = learner.start(options.root, options.number, options.folder, options.build)
    print(f"Lesson {options.number:02d} is in {started.folder}. There:\n"
          f"  ./lesson show {options.number}     the text\n"
          "  ./lesson check      what to do next")
    if started.again:
        print(f"It is as you left it: the branch {started.branch} was there. To begin afresh, there: "
              f"git reset --hard {started.tag}")


def lesson_number(options):
    return learner.current(options.root) if options.number is None else options.number


def run_check(options):
    return 0 if learner.check(options.root, lesson_number(options)) else 1


def run_hint(options):
    if options.task and not re.fullmatch(r"\d+\.(\d+|build)", options.task):
        raise LessonError("", f"{options.task!r} is not the number of a task", "./lesson hint 7.2, or ./lesson hint")
    number = int(options.task.split(".")[0]) if options.task else learner.current(options.root)
    title, body = learner.hint(options.root, number, options.task)
    print(f"{title}\n\n{body}")


def run_next(options):
    number, conflicts = learner.apply_next(options.root, options.force)
    back = f"To go back to lesson {number - 1:02d} as you committed it: git reset --hard"
    if conflicts:
        print("Your code and the scaffold disagree in these files; look for <<<<<<< in them:",
              *conflicts, sep="\n  ")
        print(f"When they are mended: git add -A, git commit, and ./lesson check.\n{back}")
        return 1
    print(f"Lesson {number:02d} is on top of your code. Read ./lesson show {number}, commit, and "
          f"./lesson check.\n{back}")
    return 0


def run_show(options):
    path, at, lesson = (options.what or "").rpartition("@")
    if at:
        print(authors.file_at(tree_of(options), path, lesson, options.start), end="")
    elif options.what and not options.what.isdigit():
        raise LessonError("", f"{options.what!r} is neither a lesson nor a file of one",
                          "./lesson show 7, or ./lesson show src/db/db_impl.cc@07")
    else:
        options.number = int(options.what) if options.what else None
        learner.show(options.root, lesson_number(options), options.all)


def run_record(options):
    if options.check:
        problems = authors.check(tree_of(options))
        print("\n".join(problems) or "the layers fit")
        return 1 if problems else 0
    notes = authors.take_over(options.root, getattr(options, "as"), options.files, options.dry_run)
    print("\n".join(map(str, notes)) or "nothing to record")
    return 0


def run_blame(options):
    print("\n".join(authors.blame(tree_of(options), options.file)))


def run_layer(options):
    authors.assign(options.root, options.file, options.lines, options.lesson)


def run_task(options):
    if options.drop:
        print(f"{authors.drop_task(options.root, options.name)}: {options.name} is given now")
        return
    if not options.title:
        raise LessonError("", "a task needs a file, lines and a title",
                          './lesson task bloom-filters.2 src/sst/bloom.cc 41..52 "probe one line"')
    authors.make_task(options.root, options.name, options.file, options.lines, options.title,
                      options.inert, [name for name in options.uses.split(",") if name])


def run_bench(options):
    if options.all:
        return run_bench_all(options)
    number = lesson_number(options)
    tables, notes = compare.bench(options.root, number, options.arguments)
    for program, rows in tables.items():
        print(f"\nlesson {number:02d}: {program}")
        print_table(compare.table(rows))
    print("", *notes, sep="\n")
    path = compare.write_report(options.root, number, f"Lesson {number:02d}", tables)
    print(f"report: {path}")
    if options.open:
        webbrowser.open(path.resolve().as_uri())
    return None


def run_bench_all(options):
    """Each lesson at its tag, and one page of all of them that ./dev bench draws."""
    path = options.root / slicer.CURRENT
    last = options.number or (learner.current(options.root) if path.exists() else slicer.Tree.of(
        slicer.WorkTree(options.root)).manifest.last)
    found = []
    data = options.root / "build" / "lesson" / "bench-all.json"
    data.parent.mkdir(parents=True, exist_ok=True)
    for lesson in compare.bench_all(options.root, range(1, last + 1), options.arguments):
        for program, rows in lesson["here"].items():
            print(f"\nlesson {lesson['number']:02d}: {program}")
            print_table(compare.table(compare.side_by_side(rows, lesson["before"].get(program, {}))))
        found.append(lesson)
        data.write_text(json.dumps({"lessons": found}, indent=1))
    return subprocess.run([str(options.root / "dev"), "bench", "--lessons", str(data)]).returncode


def run_verify(options):
    tree = tree_of(options)
    return 0 if verify.run(tree, options.root, options) else 1


def run_text(options):
    tree = tree_of(options)
    scratch = options.scratch or options.root / "build" / "lesson"
    workshop = Workshop(options.root, tree, scratch, options.jobs)
    if options.number is None:
        if options.update and _renumber(options.root, tree):
            workshop = Workshop(options.root, tree_of(options), scratch, options.jobs)
        return _run_texts(workshop, options.update)
    lesson = tree.manifest.lesson(options.number)
    path = options.root / lesson.folder / "README.md"
    with held(scratch):
        found = _text(workshop, lesson)
        if options.update and found.updated != path.read_text():
            path.write_text(found.updated)
            print(f"updated {path}")
            found = _text(Workshop(options.root, tree_of(options), scratch, options.jobs), lesson)
    print(f"{found.words} words, {found.code_blocks} code blocks, {found.commands} commands")
    print("\n".join(found.problems) or "the text is true")
    return 1 if found.problems else 0


def _run_texts(workshop, update):
    """What can be said of all texts, and written into them, without building anything."""
    pages = {path: file.data.decode() for path, file in workshop.tree.files.items() if path.endswith(".md")}
    lessons, reports = workshop.tree.manifest.lessons, []
    moved = numbers.folders(workshop.tree.files, lessons)
    if moved:  # No text stands where the manifest says.
        print("\n".join(f"{old} should be {new}; run ./lesson text --update" for old, new in moved.items()))
        return 1
    problems = [finding for path, text in pages.items() for finding in numbers.findings(path, text, lessons)]
    for lesson in workshop.tree.manifest.lessons:
        found = _text(workshop, lesson, commands=False)
        path = workshop.root / lesson.folder / "README.md"
        if update and found.updated != path.read_text():
            path.write_text(found.updated)
            print(f"updated {path}")
        else:
            problems += found.problems
        reports.append(found)
    print("\n".join(problems) or f"the code and the names in {len(reports)} texts are true; "
          "./lesson text NN runs the commands too")
    return 1 if problems else 0


def _renumber(root, tree):
    """Writes the numbers of lessons into names and pages; returns whether anything changed."""
    lessons = tree.manifest.lessons
    pages = {path: renumbered for path, file in tree.files.items() if path.endswith(".md")
             and (renumbered := numbers.renumbered(path, file.data.decode(), lessons)) != file.data.decode()}
    for path, text in pages.items():
        (root / path).write_text(text)
        print(f"updated {path}")
    moved = numbers.folders(tree.files, lessons)
    for old in moved:  # In two steps: a new name may be another's old one.
        (root / old).rename(root / f"{old}.moving")
    for old, new in moved.items():
        (root / f"{old}.moving").rename(root / new)
        print(f"{old} is {new} now")
    return bool(pages or moved)


def _text(workshop, lesson, commands=True):
    try:
        return gates.check_text(workshop, lesson, commands)
    except gates.GateFailed as failure:
        raise LessonError("", failure.reason, failure.command) from None


def run_mutant(options):
    """Writes the difference between a slice and an edited copy of it as a patch."""
    tree = tree_of(options)
    lesson = tree.manifest.lesson(options.number)
    patch = f"# mistake: {options.mistake}\n"
    for path, file in tree.slice(options.number).items():
        edited = options.source / path
        if not path.endswith((".cc", ".h")) or not edited.exists():
            continue
        old = file.data.decode().splitlines(keepends=True)
        new = edited.read_text().splitlines(keepends=True)
        patch += "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))
    if patch.count("\n") == 1:
        raise LessonError(options.source, f"does not differ from lesson {lesson.id}",
                          f"./lesson slice {lesson.id} DIR, edit a file there, and try again")
    path = options.root / lesson.folder / "mutants" / f"{options.name}.patch"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(patch)
    print(f"wrote {path}")


def _parser():
    parser = argparse.ArgumentParser(prog="./lesson", description="Strata, one lesson at a time.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name, run, text):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    one = command("list", run_list, "the lessons, their tasks and sizes")
    one.add_argument("--unowned", action="store_true", help="also the files that no lesson owns")
    one = command("slice", run_slice, "write the tree of a lesson to a folder")
    one.add_argument("number", type=int)
    one.add_argument("folder", type=Path)
    one.add_argument("--start", action="store_true", help="the starter instead of the answer")
    one.add_argument("--build", action="store_true", help="with the lesson's module still to be written")
    one.add_argument("--rev", help="slice this commit instead of the work tree")

    one = command("tags", run_tags, "write the commits and tags of all lessons")
    one.add_argument("--edition", default="", metavar="2026.1", help="an immutable set of tags")
    one.add_argument("--rev", default="HEAD", help="the commit of main to slice (default: HEAD)")
    one.add_argument("--worktree", action="store_true", help="slice the work tree instead")
    one.add_argument("--dry-run", action="store_true", help="only print the hashes")
    one = command("start", run_start, "open a work tree of a lesson's starter")
    one.add_argument("number", type=int)
    one.add_argument("folder", type=Path, nargs="?")
    one.add_argument("--build", action="store_true", help="write the lesson's module whole, not the guided tasks")
    one = command("check", run_check, "build, run the tests, and say which task is next")
    one.add_argument("number", type=int, nargs="?")
    one = command("hint", run_hint, "the next of a task's three hints")
    one.add_argument("task", nargs="?", help="7.2; default: the task that ./lesson check named")
    one = command("next", run_next, "put the next lesson's scaffold on your own code")
    one.add_argument("--force", action="store_true", help="though tasks of this lesson are not done")
    one = command("show", run_show, "the text of a lesson, or a file as a lesson has it")
    one.add_argument("what", nargs="?", metavar="NN | FILE@NN")
    one.add_argument("--start", action="store_true", help="of a file: as the lesson's starter has it")
    one.add_argument("--all", "--hints", action="store_true", help="the hints and the answers to the questions, too")
    one = command("bench", run_bench, "a lesson's benchmark: your tree beside the tag before it")
    one.epilog = "What follows -- goes to Google Benchmark: ./lesson bench -- --benchmark_filter=Get"
    one.add_argument("number", type=int, nargs="?")
    one.add_argument("--all", action="store_true", help="each lesson up to yours (or NN) at its tag, in one chart")
    one.add_argument("--open", action="store_true", help="open the report in a browser")

    one = command("verify", run_verify, "the gates (for authors)")
    one.add_argument("numbers", type=int, nargs="*", help="default: those not in the ledger")
    one.add_argument("--all", action="store_true", help="every lesson, whatever the ledger says")
    one.add_argument("--ledger", action="store_true",
                     help="and three of the verified ones, drawn by HEAD's hash")
    one.add_argument("--ledger-update", action="store_true", help="enter those that pass")
    one.add_argument("--gate", type=int, action="append", choices=verify.ALL_GATES,
                     help="only this gate (may be repeated)")
    one.add_argument("--minutes", type=int, metavar="N",
                     help="begin no further lesson after N minutes, and say which weren't reached")
    one.add_argument("--cut", type=Path, metavar="FILE",
                     help="with --ledger: where those not reached are kept, to be first the next time")
    one.add_argument("--rev", help="verify this commit instead of the work tree")
    _workshop_options(one)
    one = command("record", run_record, "take over what was edited: which lesson brings which line")
    one.add_argument("files", nargs="*", help="default: all that differ")
    one.add_argument("--as", metavar="SLUG", help="what is new is this lesson's; without it, a fix")
    one.add_argument("--dry-run", action="store_true", help="only say what was understood")
    one.add_argument("--check", action="store_true", help="only say whether anything isn't recorded")
    one = command("blame", run_blame, "a file with the lesson of each line, and the past")
    one.add_argument("file")
    one = command("layer", run_layer, "say that lines of a file belong to a lesson")
    one.add_argument("file")
    one.add_argument("lines", metavar="10..20")
    one.add_argument("lesson", metavar="SLUG")
    one = command("task", run_task, "make lines of a file the answer of a task, or no longer one")
    one.add_argument("name", metavar="SLUG.N")
    one.add_argument("file", nargs="?")
    one.add_argument("lines", metavar="10..20", nargs="?")
    one.add_argument("title", nargs="?")
    one.add_argument("--inert", help="statements that stand in for it, for older lessons' tests")
    one.add_argument("--uses", default="", metavar="A,B", help="names that nothing else uses then")
    one.add_argument("--drop", action="store_true")
    one = command("text", run_text, "check a lesson's text, or fill in its code and output")
    one.add_argument("number", type=int, nargs="?", help="default: all, without running commands")
    one.add_argument("--update", action="store_true", help="write code and output into the text")
    _workshop_options(one)
    one = command("mutant", run_mutant, "make a mutant from an edited copy of a slice")
    one.add_argument("number", type=int)
    one.add_argument("name")
    one.add_argument("--from", dest="source", type=Path, required=True)
    one.add_argument("-m", dest="mistake", required=True, help="the mistake, in a line")
    return parser


def _workshop_options(one):
    one.add_argument("--scratch", type=Path, help="default: build/lesson")
    one.add_argument("--jobs", "-j", type=int, default=jobs_wanted())
