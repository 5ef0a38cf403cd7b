"""What stands in for the answer of a task in a lesson's starter."""

import re

STUB_INCLUDE = '#include "base/lesson.h"'


def put(task, answer, out):
    """Puts the task's stand-in for the lines of `answer`; returns whether it calls YoursToWrite."""
    indent = re.match(r"\s*", next((line for line in answer if line.strip()), "")).group()
    names = list(dict.fromkeys(_parameters(out) + task.uses))
    spoken = task.inert or ""
    out.append(f"{indent}// Task {task.id}: {task.title}.")
    out += [f"{indent}(void){name};" for name in names
            if not re.search(rf"\b{re.escape(name)}\b", spoken)]
    if task.inert:
        out.append(indent + task.inert)
    elif task.inert is None:
        call = f'{indent}strata::lesson::YoursToWrite("{task.id}", "{task.title}");'
        if len(call) > 100:
            call = call.replace('", "', f'",\n{indent}' + " " * 29 + '"', 1)
        out.append(call)
    return task.inert is None


def closing(text, start):
    """The index of the parenthesis that closes the one at `start`, or -1."""
    depth = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    return -1


_NOT_FUNCTIONS = {"if", "while", "for", "switch", "catch", "return", "sizeof", "decltype"}
_NOT_NAMES = {"const", "int", "char", "bool", "unsigned", "long", "short", "double", "float", "auto",
              "void", "size_t", "signed", "volatile", "struct", "class", "enum", "typename"}


def _parameters(out):
    """Names of the parameters of the function whose body starts at the end of `out`, else []."""
    if not out or not out[-1].rstrip().endswith("{"):
        return []
    head = [out[-1].rstrip()[:-1]]
    for line in reversed(out[:-1]):
        text = line.strip()
        if not text or text.startswith(("#", "//")) or text.endswith((";", "}", "{", ":", ">")):
            break
        head.insert(0, text)
    return parameter_names(" ".join(head))


def parameter_names(signature):
    """Names of the parameters in a C++ function's signature; unnamed ones are left out."""
    signature = re.sub(r"/\*.*?\*/", "", signature)
    depth, start = 0, -1
    for i, sign in enumerate(signature):
        if sign == "<":
            depth += 1
        elif sign == ">" and signature[i - 1] != "-":
            depth = max(0, depth - 1)
        elif sign == "(" and depth == 0:
            start = i
            break
    if start < 0:
        return []
    before = re.search(r"([\w~]+|\])\s*$", signature[:start])
    if not before or before.group(1) in _NOT_FUNCTIONS:
        return []
    end = closing(signature, start)
    names = []
    for part in _split_commas(signature[start + 1:end]):
        part = part.split("=")[0].strip()
        found = re.search(r"([A-Za-z_]\w*)\s*(?:\[\w*\])?$", part)
        if not found or found.group(1) in _NOT_NAMES:
            continue
        kind = part[:found.start()].strip()
        words = re.findall(r"[\w:<>&*]+", kind)
        if kind and not kind.endswith("::") and any(word not in {"const", "struct", "class", "enum"}
                                                    for word in words):
            names.append(found.group(1))
    return names


def _split_commas(text):
    parts, depth, current = [], 0, ""
    for sign in text:
        depth += {"(": 1, "<": 1, "[": 1, "{": 1, ")": -1, ">": -1, "]": -1, "}": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    return parts + [current] if current.strip() else parts


def with_include(lines, path):
    """Adds the include that the stubs need, sorted into the last group of the project's own."""
    if STUB_INCLUDE in lines:
        return lines
    depth, quoted, angled, pragma = 0, [], [], []
    for i, line in enumerate(lines):
        text = line.strip()
        if re.match(r"#\s*if", text):
            depth += 1
        elif re.match(r"#\s*endif", text):
            depth -= 1
        elif depth == 0 and text.startswith('#include "'):
            quoted.append(i)
        elif depth == 0 and text.startswith("#include <"):
            angled.append(i)
        elif text == "#pragma once":
            pragma.append(i)
    own = path.rsplit("/", 1)[-1].rsplit(".", 1)[0] + ".h"
    group = [i for i in quoted if i > quoted[-1] - (len(quoted)) and
             all(j in quoted for j in range(i, quoted[-1]))] if quoted else []
    if group and not (len(group) == 1 and lines[group[0]].endswith(f'{own}"')):
        place = next((i for i in group if lines[i] > STUB_INCLUDE), group[-1] + 1)
        return lines[:place] + [STUB_INCLUDE] + lines[place:]
    place = max(quoted + angled + pragma, default=-1) + 1
    before = [""] if place else []
    after = [""] if place < len(lines) and lines[place].strip() else []
    return lines[:place] + before + [STUB_INCLUDE] + after + lines[place:]
