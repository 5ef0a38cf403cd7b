"""./lesson bench: a lesson's benchmark on the learner's tree beside the tag before it."""

import html
import json
import subprocess
from pathlib import Path

from . import gates, learner, manifest, slicer
from .build import Build, BuildFailed
from .errors import LessonError

_RELEASE = ("-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DSTRATA_TESTS=OFF", "-DSTRATA_BENCH=ON",
            "-DSTRATA_PEERS=OFF")
SAME, _SAME_FILTER = "map_bench", "--benchmark_filter=BM_Store"  # What every lesson can run.
_NOT_COUNTERS = {"name", "run_name", "run_type", "repetitions", "repetition_index", "threads",
                 "iterations", "real_time", "cpu_time", "time_unit", "family_index",
                 "per_family_instance_index", "aggregate_name", "aggregate_unit", "label",
                 "error_occurred", "error_message"}
_TO_NS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def bench(root, number, arguments=()):
    """Runs the lesson's benchmarks on both trees; returns ({program: rows of the comparison}, [what
    couldn't be compared]). Where that is all of them, the store's own operations are."""
    root = Path(root)
    main = manifest.load((root / manifest.MANIFEST).read_text())
    lesson = main.lesson(number)
    names = gates.benches(lesson, [str(path.relative_to(root))
                                   for path in root.glob("bench/*_bench.cc")])
    if not names:
        raise LessonError(f"lesson {number:02d}", "it has no benchmark in this tree",
                          f"choose a lesson up to the one you are at, or finish {number:02d} first")
    mine = Build(root, "bench", options=_RELEASE, strict=False)
    before = _tree_before(root, number)
    tables, notes = {}, [] if before else [_no_tree_before(number)]
    for name in names:
        rows = _run_mine(mine, name, arguments)
        old = _run_before(before, root, name, arguments) if before else {}
        if before and not set(rows) & set(old or {}):
            notes.append(f"lesson {number - 1:02d} " + (
                f"has other measurements in {name}." if old else
                f"can't build {name}: it measures what this lesson brings."))
        tables[name] = side_by_side(rows, old or {})
    if before and not any(old is not None for rows in tables.values() for _, _, old, _, _ in rows) \
            and SAME not in tables and (root / "bench" / f"{SAME}.cc").exists():
        notes.append(f"So {SAME} compares the store's operations, which both have.")
        same = [*arguments, _SAME_FILTER]
        tables[SAME] = side_by_side(_run_mine(mine, SAME, same), _run_before(before, root, SAME, same) or {})
    return tables, notes


def _no_tree_before(number):
    if number == 1:
        return "There is no lesson before this one to compare with."
    return f"There is no tag lesson-{number - 1:02d} in this clone to compare with: run ./lesson tags on main."


def _run_mine(mine, name, arguments):
    rows = _run(mine, name, arguments)
    if rows is None:
        raise LessonError(f"bench/{name}.cc", "does not build in your tree",
                          f"cmake --build {mine.folder} --target bench_{name}")
    return rows


def bench_all(root, numbers, arguments=()):
    """Every lesson's benchmarks at its own tag and at the one before; yields one dict a lesson.

    The trees are walked in order in one folder, so each is built once: at lesson manifest its own
    benchmarks run, and then those of lesson bloom-filters, which show what that one starts from.
    """
    root = Path(root)
    main = manifest.load((root / manifest.MANIFEST).read_text())
    build = Build(root / "build" / "lesson" / "all", "bench", options=_RELEASE)
    before = {}
    for number in numbers:
        lesson, files = main.lesson(number), _files_at(root, number)
        slicer.write(files, build.tree)
        here = {name: _run_or_say(build, name, arguments)
                for name in gates.benches(lesson, sorted(files))}
        yield {"number": number, "title": lesson.title, "here": here, "before": before,
               "same": _run_same(build, arguments)}
        before = {}
        if number + 1 in numbers:
            coming = _files_at(root, number + 1)
            for name in gates.benches(main.lesson(number + 1), sorted(coming)):
                path = build.tree / "bench" / f"{name}.cc"
                borrowed = not path.exists()
                if borrowed:
                    path.write_bytes(coming[f"bench/{name}.cc"].data)
                before[name] = _run_or_say(build, name, arguments)
                if borrowed:
                    path.unlink()


def _run_same(build, arguments):
    """What every lesson can run: the store's operations of lesson map-and-shell."""
    if not (build.tree / "bench" / f"{SAME}.cc").exists():
        return {}
    return _run_or_say(build, SAME, [_SAME_FILTER, *arguments])


def _files_at(root, number):
    """The files of a lesson: of its tag, or cut out of this tree where there are no tags."""
    tag = f"lesson-{number:02d}"
    if learner.has_tag(root, tag):
        return slicer.Commit(root, tag).read_all()
    return slicer.Tree.of(slicer.WorkTree(root)).slice(number)


def _run_or_say(build, name, arguments):
    """The measurements, or {} with a word about why there are none."""
    try:
        return _run(build, name, arguments) or {}
    except LessonError as error:
        print(error)
        return {}


def _tree_before(root, number):
    """A build of the tag before the lesson, in build/lesson/; None for the first lesson."""
    tag = f"lesson-{number - 1:02d}"
    if number == 1 or not learner.has_tag(root, tag):
        return None
    print(f"measuring your tree and lesson-{number - 1:02d}; the first time both are built ...", flush=True)
    build = Build(root / "build" / "lesson" / "before", "bench", options=_RELEASE, strict=False)
    slicer.write(slicer.Commit(root, tag).read_all(), build.tree)
    return build


def _run_before(before, root, name, arguments):
    """The measurements of the tree before, or None if the benchmark doesn't build there. It may be
    newer than the tag: then this tree's source is tried."""
    source = before.tree / "bench" / f"{name}.cc"
    borrowed = not source.exists()
    if borrowed:
        source.parent.mkdir(exist_ok=True)
        source.write_bytes((root / "bench" / f"{name}.cc").read_bytes())
    try:
        return _run(before, name, arguments)
    finally:
        if borrowed:
            source.unlink()


def _run(build, name, arguments):
    """{benchmark: {metric: number}}, or None if it does not build."""
    try:
        build.make([f"bin/bench/{name}"])
    except BuildFailed:
        return None
    command = [str(build.folder / "bin" / "bench" / name), "--benchmark_format=json", *arguments]
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        raise LessonError(name, f"status {done.returncode}", done.stderr.decode().strip())
    return measurements(json.loads(done.stdout))


def measurements(report):
    """{benchmark: {"ns": time, counter: value}} of a Google Benchmark JSON report."""
    found = {}
    for run in report["benchmarks"]:
        if run.get("error_occurred"):
            found[run["name"]] = {"error": run.get("error_message", "failed")}
            continue
        row = {}
        if "real_time" in run:
            row["ns"] = run["real_time"] * _TO_NS[run.get("time_unit", "ns")]
        row.update({key: value for key, value in run.items()
                    if key not in _NOT_COUNTERS and isinstance(value, (int, float))})
        found[run["name"]] = row
    return found


def side_by_side(mine, before):
    """[(benchmark, metric, before or None, mine, ratio or None)]."""
    rows = []
    for name, metrics in mine.items():
        for metric, value in metrics.items():
            old = before.get(name, {}).get(metric)
            numeric = isinstance(value, (int, float)) and isinstance(old, (int, float))
            rows.append((name, metric, old, value, value / old if numeric and old else None))
    return rows


def number_text(value):
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def table(rows):
    """The comparison as rows of text, for print_table; without the columns of a tree that has nothing."""
    if all(old is None for _, _, old, _, _ in rows):
        return [("benchmark", "metric", "yours")] + [
            (name, metric, number_text(new)) for name, metric, _, new, _ in rows]
    return [("benchmark", "metric", "before", "yours", "ratio")] + [
        (name, metric, number_text(old), number_text(new), f"{ratio:.2f}x" if ratio else "-")
        for name, metric, old, new, ratio in rows]


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1f24; background: #fff }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
.bar {{ display: block; height: .6rem; margin: .1rem 0; border-radius: 2px }}
.before {{ background: #9aa5b1 }} .mine {{ background: #1f6feb }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e6e9ed; background: #14181d }} th, td {{ border-color: #39414b }} }}
</style>
<h1>{title}</h1>
<p>Grey: the tag before this lesson. Blue: your tree. Counters are exact; times depend on the
machine.</p>
{body}
</html>
"""


def report(title, tables):
    """A page of HTML that needs nothing else."""
    body = ""
    for program, rows in tables.items():
        body += f"<h2>{html.escape(program)}</h2>\n<table><tr><th>benchmark<th>metric" \
                "<th>before<th>yours<th>ratio<th style='width:30%'></tr>\n"
        for name, metric, old, new, ratio in rows:
            numbers = [value for value in (old, new) if isinstance(value, (int, float))]
            top = max(map(abs, numbers), default=0) or 1
            bars = "".join(f"<span class='bar {kind}' style='width:{abs(value) / top:.1%}'></span>"
                           for kind, value in (("before", old), ("mine", new))
                           if isinstance(value, (int, float)))
            cells = "".join(f"<td class=n>{html.escape(cell)}" for cell in
                            (number_text(old), number_text(new), f"{ratio:.2f}" if ratio else "-"))
            body += f"<tr><td>{html.escape(name)}<td>{html.escape(metric)}{cells}<td>{bars}</tr>\n"
        body += "</table>\n"
    return _PAGE.format(title=html.escape(title), body=body)


def write_report(root, number, title, tables):
    path = Path(root) / "build" / "lesson" / f"bench-{number:02d}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(report(title, tables))
    return path
