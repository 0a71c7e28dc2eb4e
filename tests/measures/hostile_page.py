"""The page of the documentation on hostile inputs, from the table of the tests: `python -m tests.measures.hostile_page` writes it."""

# ruff: noqa: E501  (paragraphs of the page stand on a line each)

from __future__ import annotations

from pathlib import Path

from tests.measures.hostile_cases import CASES, MISBEHAVIOURS
from tests.measures.hostile_subjects import SUBJECTS
from tests.measures.hostile_table import EXPECTED, TITLES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
COMMANDS = tuple(dict.fromkeys(subject.command for subject in SUBJECTS))
ORDER = ("error", "altered", "skip", "read", "other")

WORDS = {
    "en": {
        "error": "error",
        "altered": "altered",
        "skip": "counted",
        "read": "read",
        "other": "as it is",
        "input": "input",
        "command": "measure",
        "outcome": "outcome",
        "model": "the model",
        "said": "reason",
    },
    "zh": {
        "error": "报错",
        "altered": "已改动",
        "skip": "计数",
        "read": "照读",
        "other": "照原样",
        "input": "输入",
        "command": "测量",
        "outcome": "结果",
        "model": "模型",
        "said": "原因",
    },
}
TEXTS = {
    "en": (
        "# Hostile inputs",
        "Files come from strangers, and models misbehave. Each measure ends in one clear sentence, or goes on and counts what it left out; "
        "never in a wrong number, never without an end, never with half a file. This page is made from the table that the tests hold: every "
        "cell is a command that is run, in a child of its own, below 500 MB of memory.",
        "- **error**: exit code 2, one sentence that names the file. Nothing is written.\n"
        "- **altered**: exit code 4; the rows of a sheet are not those that were written.\n"
        "- **counted**: what cannot be read is left out, counted and named in the statement; the rest is measured.\n"
        "- **read**: the same facts as from the sound file.\n"
        "- **as it is**: the file is sound in itself. A text that was cut off between two words cannot be told from a shorter one.\n"
        "- **–**: the input cannot reach the measure.",
        "Where a cell shows two outcomes, they are of different forms of file, or of a file alone and beside others.",
        "## Values, names and keys",
        "## A model that misbehaves",
        "The command is `comity measure dialogue`; a server does this to every question. The exit code is 2, no fact is written, and the journal keeps what was answered before. "
        "A model that sends the request elsewhere (302) is not followed. One that answers only some questions gets exit code 3 and no rate.",
        "## A file that changes while it is read",
        "`model`, `corpus` (Parquet), `corpus-sample`, `corpus-review`, `dialogue-review`, `tokenizer`, `annotation` and `fairness` notice it: the digest would be of something else than was "
        "measured. Text and JSON Lines of `corpus`, banks and parallel texts are hashed from the bytes that are measured.",
        "## Workbooks",
        "Review sheets in XLSX are read without evaluating anything. Formulas, merged cells, a second review sheet, a hidden one, macros, links to other files, embedded files, the binary and the old "
        "form, encryption, document types (entities), bombs (400 MB in all, 400 times), and texts over 32,767 characters end in an error; a changed, removed or added row in exit code 4 or an error.",
    ),
    "zh": (
        "# 恶意输入",
        "文件来自陌生人，模型也会行为失常。每项测量要么以一句清楚的话结束，要么继续并对略去的内容计数；绝不给出错误的数字，绝不无休止地运行，绝不留下半个文件。本页由测试所用的表生成：每一格都是真实运行的命令，"
        "各在独立的子进程中，内存低于 500 MB。",
        "- **报错**：退出码 2，一句指明文件的话。不写出任何东西。\n"
        "- **已改动**：退出码 4；审核表的行与写出时不同。\n"
        "- **计数**：读不了的内容被略去，在声明中计数并列名；其余照常测量。\n"
        "- **照读**：与正常文件得出同样的事实。\n"
        "- **照原样**：文件本身是完好的。在两个词之间截断的文本与较短的文本无法区分。\n"
        "- **–**：该输入到不了这项测量。",
        "一格中有两种结果时，它们属于不同格式的文件，或单独与并列的文件。",
        "## 值、名称与键",
        "## 行为失常的模型",
        "命令是 `comity measure dialogue`；服务器对每个问题都如此。退出码为 2，不写出任何事实，日志保留此前的回答。把请求转往别处（302）的模型不会被跟随。只回答部分问题的模型得到退出码 3，没有比率。",
        "## 读取时变化的文件",
        "`model`、`corpus`（Parquet）、`corpus-sample`、`corpus-review`、`dialogue-review`、`tokenizer`、`annotation` 和 `fairness` 会察觉：否则摘要所指就不是被测量的内容。`corpus` 的文本和 "
        "JSON Lines、题库和平行文本的摘要直接取自被测量的字节。",
        "## 工作簿",
        "读取 XLSX 审核表时不求值任何内容。公式、合并单元格、第二张审核表、隐藏的审核表、宏、指向其他文件的链接、内嵌文件、二进制格式和旧格式、加密、文档类型声明（实体）、压缩炸弹（总计 400 MB、400 倍）以及超过 32,767 "
        "个字符的文本都会报错；被改动、删除或添加的行以退出码 4 或报错结束。",
    ),
}


def path_of(language: str) -> Path:
    """Where the page of a language lies."""
    return REFERENCE / ("hostile-inputs.md" if language == "en" else f"hostile-inputs.{language}.md")


def page(language: str) -> str:
    """The page in a language."""
    words, place = WORDS[language], ("en", "zh").index(language)
    title, beginning, legend, note, values, models, server, changes, changing, books, workbooks = TEXTS[language]
    parts = [title, beginning, legend, _table(words, place), note, values, _cases(words, place), models, server]
    parts += [_misbehaviours(words, place), changes, changing, books, workbooks]
    return "\n\n".join(parts) + "\n"


def _table(words: dict[str, str], place: int) -> str:
    lines = [_row([words["input"], *(f"`{command}`" for command in COMMANDS)]), _row(["---"] * (len(COMMANDS) + 1))]
    for name, titles in TITLES.items():
        cells = [_cell(name, command, words) for command in COMMANDS]
        lines.append(_row([titles[place], *cells]))
    return "\n".join(lines)


def _cell(name: str, command: str, words: dict[str, str]) -> str:
    found = {
        outcome
        for subject in SUBJECTS
        if subject.command == command
        for outcome, names in EXPECTED[subject.id].items()
        if name in names.split()
    }
    return ", ".join(words[outcome] for outcome in ORDER if outcome in found) or "–"


def _cases(words: dict[str, str], place: int) -> str:
    lines = [_row([words["input"], words["command"], words["outcome"]]), _row(["---"] * 3)]
    seen = dict.fromkeys((case.title[place], case.command, words[case.outcome]) for case in CASES)
    lines += [_row([title, f"`{command}`", outcome]) for title, command, outcome in seen]
    return "\n".join(lines)


def _misbehaviours(words: dict[str, str], place: int) -> str:
    lines = [_row([words["model"], words["said"]]), _row(["---"] * 2)]
    lines += [_row([case.title[place], f"`{case.reason}`"]) for case in MISBEHAVIOURS]
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for language in TEXTS:
        path_of(language).write_text(page(language), encoding="utf-8")
