"""Draws the Mermaid blocks of the documents as SVG: flowcharts by Graphviz's dot, sequences here.

It knows the part of Mermaid that the documents use, and refuses the rest. Colours are those of the
page: lines and text have its `currentColor`.
"""

import html
import re
import subprocess

_INK = "#010101"  # What dot draws with; the page's colour stands in for it.


class DiagramError(Exception):
    """Says which line of a diagram can't be drawn."""


def svg(source):
    """The SVG element of a Mermaid block."""
    lines = [line.strip() for line in source.strip().split("\n") if line.strip()]
    kind, *rest = lines[0].split()
    if kind == "flowchart":
        return _flowchart(rest[0], lines[1:])
    if kind == "sequenceDiagram":
        return _sequence(lines[1:])
    raise DiagramError(f"{lines[0]!r}: only flowchart and sequenceDiagram are drawn")


# ---------------------------------------------------------------- flowcharts

_SHAPES = (("((", "))", "ellipse", ""), ("([", "])", "box", "rounded"), ("[(", ")]", "cylinder", ""), ("[", "]", "box", ""),
           ("{", "}", "diamond", ""), ("(", ")", "box", "rounded"))
_LINK = re.compile(r"""\s*(?:
    (?P<plain>-\.->|-\.-|-->|---|~~~)(?:\|(?P<label>"[^"]*"|[^|]*)\|)?
    | --\s+(?P<solid>"[^"]*"|[^-"]+?)\s+(?P<solid_end>-->|---)
    | -\.\s+(?P<dotted>"[^"]*"|[^.]+?)\s+(?P<dotted_end>\.->|\.-)
    )\s*""", re.VERBOSE)


class _Chart:
    def __init__(self, direction):
        self.direction = direction
        self.nodes, self.parents, self.edges, self.groups = {}, {}, [], {}

    def line(self, text, group):
        left, text = self.ends(text, group)
        while text:
            found = _LINK.match(text)
            if not found:
                raise DiagramError(f"cannot read {text!r}")
            right, text = self.ends(text[found.end():], group)
            link = found.group("plain") or found.group("solid_end") or found.group("dotted_end")
            label = found.group("label") or found.group("solid") or found.group("dotted") or ""
            style = "invis" if link == "~~~" else "dashed" if "." in link else "solid"
            self.edges += [(a, b, label.strip('"'), link.endswith(">"), style)
                           for a in left for b in right]
            left = right

    def ends(self, text, group):
        """The nodes at one end of a link, "a & b", and what follows them."""
        names = []
        while True:
            found = re.match(r"\s*(\w+)", text)
            if not found:
                raise DiagramError(f"cannot read {text!r}")
            name, text = found.group(1), text[found.end():]
            text = self.shape(name, text)
            if name not in self.groups:
                self.nodes.setdefault(name, (name, "box", ""))
                self.parents.setdefault(name, group)
                if group:
                    self.parents[name] = group
            names.append(name)
            if not re.match(r"\s*&", text):
                return names, text
            text = text.lstrip()[1:]

    def shape(self, name, text):
        for opens, closes, shape, style in _SHAPES:
            if text.startswith(opens):
                end = text.index(closes, len(opens)) if text[len(opens)] != '"' else \
                    text.index('"' + closes, len(opens) + 1) + 1
                self.nodes[name] = (text[len(opens):end].strip('"'), shape, style)
                return text[end + len(closes):]
        return text


def _flowchart(direction, lines):
    chart, stack = _Chart(direction), []
    for line in lines:
        group = re.fullmatch(r'subgraph (\w+)(?:\["(.*)"\])?', line)
        if group:
            chart.groups[group.group(1)] = (group.group(2) or group.group(1), stack[-1] if stack else None)
            stack.append(group.group(1))
        elif line == "end":
            stack.pop()
        elif not line.startswith("direction "):
            chart.line(line, stack[-1] if stack else None)
    return _run_dot(_dot(chart))


def _quoted(text):
    text = re.sub(r"</?b>", "", text)
    text = re.sub(r"<br/?>", "\n", text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n") + '"'


def _dot(chart):
    ink = f'color="{_INK}"; fontcolor="{_INK}"; fontname="Helvetica"; fontsize=12;'
    out = [f'digraph {{ rankdir={"LR" if chart.direction == "LR" else "TB"} compound=true bgcolor="transparent"',
           f"nodesep=0.3 ranksep=0.4 node [{ink} height=0.3 margin=\"0.12,0.06\"] edge [{ink} arrowsize=0.7]"]

    def group(parent):
        for name, (label, inside) in chart.groups.items():
            if inside == parent:
                out.append(f'subgraph cluster_{name} {{ label={_quoted(label)}; {ink} style="rounded"')
                group(name)
                out.append("}")
        for name, (label, shape, style) in chart.nodes.items():
            if chart.parents.get(name) == parent and name not in chart.groups:
                out.append(f'{name} [label={_quoted(label)} shape={shape} style="{style}"]')

    group(None)
    for a, b, label, arrow, style in chart.edges:
        more = ""
        if a in chart.groups:
            more, a = more + f" ltail=cluster_{a}", _inside(chart, a)
        if b in chart.groups:
            more, b = more + f" lhead=cluster_{b}", _inside(chart, b)
        out.append(f'{a} -> {b} [label={_quoted(label)} arrowhead={"normal" if arrow else "none"}'
                   f' style={style}{more}]')
    return "\n".join([*out, "}"])


def _inside(chart, group):
    """The node in the middle of a group, for a link to the group as a whole."""
    members = [name for name in chart.nodes
               if name not in chart.groups and _is_within(chart, chart.parents.get(name), group)]
    return members[len(members) // 2]


def _is_within(chart, parent, group):
    while parent is not None and parent != group:
        parent = chart.groups[parent][1]
    return parent == group


def _run_dot(source):
    done = subprocess.run(["dot", "-Tsvg"], input=source, capture_output=True, text=True)
    if done.returncode != 0:
        raise DiagramError(done.stderr.strip())
    drawn = done.stdout[done.stdout.index("<svg"):].replace(_INK, "currentColor")
    drawn = re.sub(r"<!--.*?-->\n?", "", drawn, flags=re.S)
    return re.sub(r"<title>.*?</title>\n?", "", drawn, flags=re.S).strip()


# ---------------------------------------------------------------- sequences

_LEFT, _LANE, _ROW, _TOP = 12, 210, 34, 40


def _sequence(lines):
    """Participants as columns, messages as arrows from top to bottom."""
    lanes, rows = {}, []
    for line in lines:
        person = re.fullmatch(r"participant (\w+)(?: as (.+))?", line)
        message = re.fullmatch(r"(\w+)\s*(-?->>)\s*(\w+)\s*:\s*(.*)", line)
        note = re.fullmatch(r"Note over (\w+)(?:,\s*(\w+))?\s*:\s*(.*)", line)
        if person:
            lanes[person.group(1)] = (len(lanes), person.group(2) or person.group(1))
        elif message and message.group(1) in lanes and message.group(3) in lanes:
            rows.append(message.groups())
        elif note and note.group(1) in lanes:
            rows.append((note.group(1), "note", note.group(2) or note.group(1), note.group(3)))
        else:
            raise DiagramError(f"cannot read {line!r}")
    width, height = _LEFT * 2 + _LANE * len(lanes), _TOP + _ROW * (len(rows) + 1)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
           f'height="{height}" font-family="Helvetica, sans-serif" font-size="12" fill="currentColor" '
           f'stroke="none">']
    for at, label in lanes.values():
        x = _centre(at)
        out.append(f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{height - 6}" stroke="currentColor" '
                   'stroke-opacity="0.35"/>')
        out.append(f'<text x="{x}" y="{_TOP - 16}" text-anchor="middle" font-weight="bold">{html.escape(label)}</text>')
    for i, (a, kind, b, text) in enumerate(rows):
        out += _row(_TOP + _ROW * (i + 1), _centre(lanes[a][0]), kind, _centre(lanes[b][0]), text)
    return "\n".join([*out, "</svg>"])


def _centre(lane):
    return _LEFT + _LANE * lane + _LANE // 2


def _row(y, x1, kind, x2, text):
    words = html.escape(text)
    if kind == "note":
        left, right = min(x1, x2) - 80, max(x1, x2) + 80
        return [f'<rect x="{left}" y="{y - 16}" width="{right - left}" height="22" rx="4" fill="none" '
                'stroke="currentColor" stroke-opacity="0.6"/>',
                f'<text x="{(x1 + x2) / 2}" y="{y}" text-anchor="middle" font-style="italic">{words}</text>']
    dash = ' stroke-dasharray="4 3"' if kind == "-->>" else ""
    if x1 == x2:
        return [f'<path d="M{x1} {y - 8} h26 v10 h-22" fill="none" stroke="currentColor"{dash}/>',
                _head(x1 + 2, y + 2, -1), f'<text x="{x1 + 32}" y="{y}">{words}</text>']
    way = 1 if x2 > x1 else -1
    # A label of several lines stands above the arrow, as wide as the way between the two.
    parts = _wrapped(words, abs(x2 - x1) // 7)
    return [f'<line x1="{x1}" y1="{y}" x2="{x2 - 6 * way}" y2="{y}" stroke="currentColor"{dash}/>',
            _head(x2 - 2 * way, y, way),
            *(f'<text x="{(x1 + x2) / 2}" y="{y - 5 - 12 * (len(parts) - 1 - i)}" text-anchor="middle">{part}</text>'
              for i, part in enumerate(parts))]


def _wrapped(text, width):
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = (lines[-1] + " " + word).strip()
    return lines if len(lines) <= 2 else [lines[0], " ".join(lines[1:])]


def _head(x, y, way):
    return f'<path d="M{x} {y} l{-7 * way} -4 v8 z" fill="currentColor"/>'
