"""Hostile inputs that only one command can meet: values, names and keys, and a model that misbehaves."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.measures.chat_server import (
    Behaviour,
    completion,
    dripping,
    dripping_head,
    endless,
    hanging,
    raw,
    replying,
)
from tests.measures.hostile_subjects import bank_lines

LABELS = "item,annotator,label\n" + "".join(f"{item},{who},{item % 3}\n" for item in range(9) for who in "ab")
PEOPLE = "prediction,sex\n" + "".join(f"{number % 2},{'fm'[number % 4 // 2]}\n" for number in range(100))
INTO = ("--into", "out")
ANNOTATION = ("measure", "annotation")
FAIRNESS = ("measure", "fairness")
CORPUS = ("measure", "corpus", "--detector", "pycld2", "--cores", "1")
MIX = ("measure", "corpus-mix", "--temperature", "2")
SEX = ("--trait", "sex=sex")


@dataclass(frozen=True)
class Case:
    """A command with files of its own.

    Attributes:
        title: in English and Chinese.
        command: the column of the table.
        arguments: the command.
        files: by name.
        outcome: as in the table.
        said: a part of the sentence, or of what the statement counts.
        counts: observations that the statement has to have.
    """

    title: tuple[str, str]
    command: str
    arguments: tuple[str, ...]
    files: Mapping[str, str]
    outcome: str
    said: str = ""
    counts: Mapping[str, object] = field(default_factory=dict)


def line(**members: object) -> str:
    """A line of JSON; NaN and the like as Python writes them."""
    return json.dumps(members) + "\n"


NAN = ("NaN, infinite and huge numbers", "NaN、无穷与极大的数")
TWICE = ("a column or key that stands twice", "重复的列或键")
SURROGATE = ("an unpaired surrogate as an escape", "转义写成的单独代理项")
MIXED = ("values of several kinds", "混杂的值类型")
PATTERN = ("a name with signs of a pattern", "名称含通配符")

CASES = (
    *(
        Case(
            NAN,
            "annotation",
            (*ANNOTATION, "x.csv", "--level", "interval", *INTO),
            {"x.csv": LABELS + f"9,a,{word}\n"},
            "error",
            "labels that are numbers",
        )
        for word in ("NaN", "inf", "-Infinity", "1e999")
    ),
    Case(
        NAN,
        "annotation",
        (*ANNOTATION, "x.jsonl", *INTO),
        {"x.jsonl": line(item="1", annotator="a", label=float("nan"))},
        "error",
        "NaN is no number",
    ),
    Case(
        NAN,
        "corpus",
        (*CORPUS, "x.jsonl", *INTO),
        {"x.jsonl": line(text="one") + line(text="two", more=float("inf"))},
        "skip",
        "",
        {"documents": 1, "skipped.not_json": 1},
    ),
    *(
        Case(NAN, "corpus-mix", (*MIX, "x.yaml", *INTO), {"x.yaml": f"eng: 3\nfra: {word}\n"}, "error", "x.yaml:2:6")
        for word in (".nan", "nan", ".inf", "-1", "1e999")
    ),
    Case(
        NAN,
        "dialogue-bank",
        ("measure", "dialogue-bank", "x.jsonl", *INTO),
        {"x.jsonl": bank_lines().decode() + '{"id": NaN}\n'},
        "error",
        "x.jsonl:4:1",
    ),
    Case(
        TWICE,
        "annotation",
        (*ANNOTATION, "x.csv", *INTO),
        {"x.csv": LABELS.replace("label", "label,label", 1)},
        "error",
        'column "label" stands there twice',
    ),
    Case(
        TWICE,
        "annotation",
        (*ANNOTATION, "x.jsonl", *INTO),
        {"x.jsonl": '{"item": "1", "annotator": "a", "label": "x", "label": "y"}\n'},
        "error",
        "a key stands twice",
    ),
    Case(
        TWICE,
        "fairness",
        (*FAIRNESS, "x.csv", *SEX, *INTO),
        {"x.csv": PEOPLE.replace("sex", "sex,sex", 1)},
        "error",
        'column "sex" stands there twice',
    ),
    Case(
        TWICE,
        "corpus-mix",
        (*MIX, "x.yaml", *INTO),
        {"x.yaml": "eng: 3\neng: 4\n"},
        "error",
        'x.yaml:2:1: the key "eng" stands twice',
    ),
    Case(
        TWICE,
        "dialogue-bank",
        ("measure", "dialogue-bank", "x.jsonl", *INTO),
        {"x.jsonl": bank_lines().decode() * 2},
        "error",
        "x.jsonl:4:1",
    ),
    Case(
        TWICE,
        "corpus",
        (*CORPUS, "README.md", *INTO),
        {"README.md": "---\na: 1\na: 2\n---\n"},
        "error",
        "README.md:3:1",
    ),
    Case(
        SURROGATE,
        "corpus",
        (*CORPUS, "x.jsonl", *INTO),
        {"x.jsonl": line(text="one") + '{"text": "\\ud800"}\n'},
        "skip",
        "",
        {"documents": 1, "skipped.not_json": 1},
    ),
    Case(
        SURROGATE,
        "annotation",
        (*ANNOTATION, "x.jsonl", *INTO),
        {"x.jsonl": '{"item": "1", "annotator": "a", "label": "\\ud800"}\n'},
        "error",
        "x.jsonl:1:1",
    ),
    Case(
        SURROGATE,
        "dialogue-bank",
        ("measure", "dialogue-bank", "x.jsonl", *INTO),
        {"x.jsonl": bank_lines().decode().replace("caf\u00e9", "\\ud800", 1)},
        "error",
        "x.jsonl:1:1",
    ),
    Case(
        MIXED,
        "annotation",
        (*ANNOTATION, "x.jsonl", *INTO),
        {"x.jsonl": line(item="1", annotator="a", label=["x"])},
        "error",
        "no plain values",
    ),
    Case(
        MIXED,
        "corpus",
        (*CORPUS, "x.jsonl", *INTO),
        {"x.jsonl": line(text="one") + line(text=3) + line(text=None) + "[]\n"},
        "skip",
        "",
        {"documents": 1, "skipped.no_text": 3},
    ),
    Case(
        PATTERN,
        "annotation",
        (*ANNOTATION, "[ab].csv", *INTO),
        {"a.csv": LABELS, "[ab].csv": "item,annotator\n"},
        "error",
        "[ab].csv",
    ),
    Case(PATTERN, "fairness", (*FAIRNESS, "*.csv", *SEX, *INTO), {"a.csv": PEOPLE}, "error", "no such file"),
)


@dataclass(frozen=True)
class Misbehaviour:
    """A server in the place of a model.

    Attributes:
        title: in English and Chinese.
        behaviour: what it does.
        reason: what the command says.
    """

    title: tuple[str, str]
    behaviour: Behaviour
    reason: str


BOMB = gzip.compress(b" " * 100_000_000, mtime=0)
ANSWER = completion("Because of the rain.")

MISBEHAVIOURS = (
    Misbehaviour(("hangs", "不回应"), hanging, "timeout"),
    Misbehaviour(("sends a byte now and then, for ever", "不时只发一个字节，永不结束"), dripping, "timeout"),
    Misbehaviour(("never ends the first line", "首行永不结束"), dripping_head, "timeout"),
    Misbehaviour(("streams for ever", "无休止地发送"), endless, "too_large"),
    Misbehaviour(("closes the connection", "关闭连接"), raw(b""), "closed"),
    Misbehaviour(
        ("closes it in the middle", "中途关闭连接"), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), "closed"
    ),
    Misbehaviour(("answers garbage", "返回乱码"), raw(bytes(range(256)) * 8), "closed"),
    Misbehaviour(("answers no JSON", "返回的不是 JSON"), replying(b"<html>"), "not_json"),
    Misbehaviour(("answers another JSON", "返回其他 JSON"), replying(b'{"choices": []}'), "wrong_form"),
    Misbehaviour(("nests 100,000 brackets", "嵌套十万层括号"), replying(b"[" * 100_000), "wrong_form"),
    Misbehaviour(("answers in UTF-16", "以 UTF-16 返回"), replying(ANSWER.decode().encode("utf-16")), "not_json"),
    Misbehaviour(
        ("a gzip bomb of 100 MB", "100 MB 的 gzip 炸弹"),
        replying(BOMB, headers="Content-Encoding: gzip\r\n"),
        "not_json",
    ),
    Misbehaviour(("refuses the key (401)", "拒绝密钥（401）"), replying(b"{}", "401 Unauthorized"), "http_401"),
    Misbehaviour(("fails (500)", "出错（500）"), replying(b"{}", "500 Internal Server Error"), "http_500"),
)
