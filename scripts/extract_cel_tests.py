"""Extract the tests of the CEL specification into tests/data/cel-spec/cases.json.

Run with `npm` and `node` at hand:  python scripts/extract_cel_tests.py

The source is the npm package `@bufbuild/cel-spec`, which carries the specification's own simple tests and the parser and checker tests
of cel-go, each with the tree that cel-go made of it. That tree, not our own parser, decides here what a case is:

    invalid   cel-go cannot parse it
    limit     cel-go refuses it as too deep for the limit that its tests set
    outside   valid, with a construct that Comity leaves out; `outside` names the first one
    subset    valid and made only of constructs that Comity reads; `tree` holds it, with types where cel-go could type it
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "@bufbuild/cel-spec"
VERSION = "0.6.1"
TARGET = Path(__file__).parent.parent / "tests/data/cel-spec"
SUITES = ("conformance", "parsing", "checking")
OPERATORS = {"_&&_", "_||_", "!_", "-_", "_?_:_", "@in"} | {
    f"_{sign}_" for sign in ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*"]
}
FUNCTIONS = {"date", "duration", "sets.contains", "sets.intersects"}
CONSTANTS = {"BoolValue": "bool", "Int64Value": "int", "DoubleValue": "double", "StringValue": "string"}


class OutsideError(Exception):
    """A construct that Comity does not read."""


def main() -> None:
    suites, licence = download()
    cases = [case for suite in suites for case in cases_of(suite, ())]
    TARGET.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
    (TARGET / "cases.json").write_text(f"[\n{lines}\n]\n", encoding="ascii")
    (TARGET / "NOTICE").write_text(licence, encoding="utf-8")


def download() -> tuple[list[dict[str, Any]], str]:
    """The test suites of the package, and a notice of where they are from."""
    with tempfile.TemporaryDirectory() as directory:
        archive = run("npm", "pack", "--silent", f"{PACKAGE}@{VERSION}", cwd=directory).split()[-1]
        run("tar", "xzf", archive, cwd=directory)
        about = json.loads((Path(directory) / "package/package.json").read_text(encoding="utf-8"))
        imports = "".join(
            f"import {{tests as {name}}} from './package/dist/esm/testdata/{name}.js';" for name in SUITES
        )
        (Path(directory) / "dump.mjs").write_text(f"{imports}console.log(JSON.stringify([{','.join(SUITES)}]))")
        suites = json.loads(run("node", "dump.mjs", cwd=directory))
    licence = (
        f"cases.json is extracted from the npm package {PACKAGE} {about['version']} (licence {about['license']}),\n"
        "Copyright 2024-2026 Buf Technologies, Inc., by scripts/extract_cel_tests.py.\n\n"
        f"The package carries the simple tests of the CEL specification {about['upstreamCelSpecRef']}\n"
        "(https://github.com/google/cel-spec, licence Apache-2.0, Copyright Google LLC) and the parser and checker tests of cel-go\n"
        "(https://github.com/google/cel-go, licence Apache-2.0, Copyright Google LLC).\n\n"
        "Changes: values, variables, trees and error kinds are kept in a shorter form; the rest is left out.\n"
        "The Apache License, Version 2.0, is in the file LICENSE at the root of this repository.\n"
    )
    return suites, licence


def run(*command: str, cwd: str) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def cases_of(suite: dict[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
    path = (*path, suite["name"])
    found = [case_of(test, "/".join(path)) for test in suite.get("tests", [])]
    return found + [case for part in suite.get("suites", []) for case in cases_of(part, path)]


def case_of(test: dict[str, Any], suite: str) -> dict[str, Any]:
    original = test["original"]
    case: dict[str, Any] = {"suite": suite, "expr": original["expr"]}
    if "name" in original:
        case["name"] = original["name"]
    case |= classified(test)
    if case["class"] in {"subset", "limit"}:
        case |= expected(original)
    return case


def classified(test: dict[str, Any]) -> dict[str, Any]:
    error = test.get("error", "")
    if "ast" in test:
        try:
            tree = Reader(flat(test["ast"])).read()
        except OutsideError as construct:
            return {"class": "outside", "outside": str(construct)}
        if "checkedAst" in test:
            try:
                return {"class": "subset", "tree": typed(tree, Reader(flat(test["checkedAst"])).read())}
            except OutsideError:
                return {"class": "subset", "tree": tree, "untyped": "field of a variable"}
        return {"class": "subset", "tree": tree, "untyped": re.split(r" ['(]", error.split(": ", 2)[2])[0]}
    if re.search("Syntax error|invalid (int|uint|double) literal|reserved identifier|invalid unicode", error):
        return {"class": "invalid"}
    if re.search("recursion (limit|depth) exceeded", error):
        return {"class": "limit"}
    return {
        "class": "outside",
        "outside": "macro" if "argument" in error or "variable" in error else "optional or quoted",
    }


def flat(tree: str) -> str:
    return re.sub(r"\n\s*", "", tree)


def expected(original: dict[str, Any]) -> dict[str, Any]:
    """The variables and the value of a case, as plain JSON: a scalar as [type, value], anything else by its type alone."""
    found: dict[str, Any] = {}
    if "typeEnv" in original:
        found["variables"] = {
            entry["name"]: entry.get("ident", {}).get("type", {}).get("primitive", "other")
            for entry in original["typeEnv"]
        }
    if "container" in original:
        found["container"] = original["container"]
    if "bindings" in original:
        found["bindings"] = {name: scalar(bound.get("value", {})) for name, bound in original["bindings"].items()}
    if "value" in original:
        found["value"] = scalar(original["value"])
    elif "typedResult" in original:
        found["value"] = scalar(original["typedResult"].get("result", {}))
    return found


def scalar(value: dict[str, Any]) -> list[Any]:
    match value:
        case {"int64Value": number}:
            return ["int", int(number)]
        case {"doubleValue": number}:
            return ["double", number]
        case {"boolValue": truth}:
            return ["bool", truth]
        case {"stringValue": text}:
            return ["string", text]
        case {"objectValue": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": text}}:
            return ["duration", text]
        case _:
            return [next(iter(value), "none")]


def typed(tree: list[Any], types: list[Any]) -> list[Any]:
    """The tree as parsed, with the types of the tree as checked: `[form, type, …]`."""
    if tree[0] in {"name", "constant"}:
        return [tree[0], types[1], tree[2]]
    return [tree[0], types[1], *(typed(a, b) for a, b in zip(tree[2:], types[2:], strict=True))]


class Reader:
    """Reads the form in which cel-go prints its trees (`common/debug`), white space taken out.

    A parsed node is followed by `^#kind#`, a checked one by `~type` and perhaps `^reference`.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def take(self, pattern: str) -> str | None:
        found = re.compile(pattern).match(self.text, self.position)
        if found is None:
            return None
        self.position = found.end()
        return found.group()

    def read(self) -> list[Any]:
        tree = self.node()
        if self.position != len(self.text):
            raise ValueError(self.text[self.position :])
        return tree

    def node(self) -> list[Any]:
        node = self.operand()
        while self.take(r"\."):
            field = self.take(r"`[^`]*`|\w+") or ""
            if self.take(r"\("):
                function = f"{node[2]}.{field}" if node[0] == "name" else f".{field}"
                if function not in FUNCTIONS:
                    raise OutsideError(f"{field}()")
                node = self.ended([function, None, *self.items(r"\)")])
            elif node[0] != "name" or self.take("~test-only~"):
                raise OutsideError("field")
            else:
                node = self.ended(["name", None, f"{node[2]}.{field}"])
        return node

    def operand(self) -> list[Any]:
        if self.take(r"\["):
            return self.ended(["list", None, *self.items(r"\]")])
        if self.take(r"\{"):
            raise OutsideError("map")
        text = self.take(r'b"(?:[^"\\]|\\.)*"')
        if text is not None:
            raise OutsideError("bytes")
        text = self.take(r'"(?:[^"\\]|\\.)*"')
        if text is not None:
            return self.ended(["constant", None, go_string(text)])
        text = self.take(r"-?\d[\w.+-]*")
        if text is not None:
            if text.endswith("u"):
                raise OutsideError("unsigned")
            return self.ended(["constant", None, text])
        text = self.take(r"[@!_-][^(]*(?=\()|\.?[\w@][\w.@]*") or ""
        if text == "null":
            raise OutsideError("null")
        if text == "__comprehension__":
            raise OutsideError("macro")
        if self.take(r"\("):
            if text not in OPERATORS | FUNCTIONS:
                raise OutsideError(f"{text}()" if text[:1] not in "_@" else text)
            return self.ended([text, None, *self.items(r"\)")])
        if self.take(r"\{"):
            raise OutsideError("message")
        if text.startswith("."):
            raise OutsideError("leading dot")
        return self.ended(["constant" if text in {"true", "false"} else "name", None, text])

    def items(self, closing: str) -> list[list[Any]]:
        found: list[list[Any]] = []
        while not self.take(closing):
            found.append(self.node())
            self.take(",")
        return found

    def ended(self, node: list[Any]) -> list[Any]:
        """The node with the type that follows it."""
        kind = self.take(r"\^#[^#]*#")
        if kind is not None:
            constant = re.search(r"Constant_(\w+)", kind)
            node[1] = CONSTANTS.get(constant[1]) if constant else None
            return node
        if self.take("~"):
            node[1] = self.type()
            self.take(r"\^[\w.@|!-]+")
            if self.take("~"):  # a reference ran on into the field that follows it
                raise OutsideError("field")
        return node

    def type(self) -> str:
        name = self.take(r"[\w.!*]+") or ""
        if self.take(r"\("):
            depth, start = 1, self.position
            while depth:
                depth += {"(": 1, ")": -1}.get(self.text[self.position], 0)
                self.position += 1
            return f"{name}({self.text[start : self.position]}"
        return name


def go_string(text: str) -> str:
    """The value of a string as Go's `%q` writes it."""
    escapes = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

    def resolve(found: re.Match[str]) -> str:
        return chr(int(found[1] or found[2] or found[3], 16)) if found[4] is None else escapes.get(found[4], found[4])

    return re.sub(r"\\(?:x(..)|u(.{4})|U(.{8})|(.))", resolve, text[1:-1])


if __name__ == "__main__":
    main()
