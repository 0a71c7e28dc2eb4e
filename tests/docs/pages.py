"""The pages of the documentation, taken apart: fenced blocks, headings, links.

How blocks are marked: `sh` blocks run anywhere Comity is installed; `sh checkout` blocks need the checkout and are not run; a `python`
block runs in the same directory after them; a `text` block that comes next after an `sh` block shows lines of its output (`…` stands for
lines left out). A comment `# exit code 3: …` behind a command names the code that it ends with, where that is not 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
TOP = ("README", "CONTRIBUTING", "CHANGELOG")

_FENCE = re.compile(r"^(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)\s*$", re.DOTALL | re.MULTILINE)
_HEREDOC = re.compile(r"<<\s*'?(\w+)'?")
_EXIT_CODE = re.compile(r"  # (?:exit code |退出码 )(\d)[:：]")


@dataclass(frozen=True)
class Block:
    """A fenced block: its info string and its text."""

    info: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command of an `sh` block, its here-document included, and the exit code that the page promises."""

    text: str
    code: int


def pages() -> list[Path]:
    """Every page in English: those at the top of the repository and those of the site."""
    site = [path for path in sorted(DOCS.rglob("*.md")) if not path.name.endswith(".zh.md")]
    return [ROOT / f"{name}.md" for name in TOP] + site


def twin(page: Path) -> Path:
    """The Chinese form of a page."""
    return page.with_name(f"{page.stem}.zh.md")


def all_pages() -> list[Path]:
    """Every page in both languages."""
    return [form for page in pages() for form in (page, twin(page))]


def name(page: Path) -> str:
    """How a test calls a page."""
    return page.relative_to(ROOT).as_posix()


def is_generated(page: Path) -> bool:
    """Whether a script writes the page."""
    return page.read_text(encoding="utf-8").startswith("<!--")


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page in order."""
    return [Block(match["info"].strip(), match["body"]) for match in _FENCE.finditer(page.read_text(encoding="utf-8"))]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def headings(page: Path) -> list[tuple[int, str]]:
    """Level and text of every heading."""
    return [(len(marks), text.strip()) for marks, text in re.findall(r"^(#+) (.*)$", prose(page), re.MULTILINE)]


def links(page: Path) -> list[str]:
    """The targets of all links and pictures."""
    without_code = re.sub(r"`[^`\n]*`", "", prose(page))
    return re.findall(r"\]\(([^)\s]+)\)", without_code)


def anchor(heading: str) -> str:
    """The anchor of a heading as sites make it."""
    return re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def commands(block: Block) -> list[Command]:
    """The commands of an `sh` block: one a line, a here-document with its lines."""
    found: list[Command] = []
    lines = iter(block.text.splitlines())
    for line in lines:
        if not line.strip():
            continue
        text = [line]
        ends = _HEREDOC.search(line)
        while ends:
            text.append(next(lines))
            if text[-1] == ends[1]:
                break
        code = _EXIT_CODE.search(line)
        found.append(Command("\n".join(text) + "\n", int(code[1]) if code else 0))
    return found
