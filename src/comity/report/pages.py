"""Blocks as Markdown and as one self-contained HTML page: no script, no request, nothing unescaped.

The terminal's writer is in `blocks`; `in_form` chooses among the three.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from typing import TYPE_CHECKING

from comity.report import matrix
from comity.report.blocks import Code, Drawing, Grid, Heading, Outline, Pairs, Paragraph, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.report.blocks import Block, Branch, Line, Span
    from comity.report.words import Words

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#])")
_LINK = re.compile(r"https://[^\s\"'<>]+")
_LANGUAGE_TAGS = {"zh": "zh-Hans"}

_BASE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--paper:#fff;--line:#d9dee5;--tint:#f4f6f9;
--good:#11703c;--bad:#b3261e;--open:#8a5a00;--link:#0b57a4}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--paper:#12161c;--line:#2c3541;--tint:#1a2029;
--good:#5fc98b;--bad:#ff8a80;--open:#e6b450;--link:#7db7f5}}
body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);
font:16px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
h1{font-size:1.6rem;line-height:1.3;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}
p{margin:.4rem 0}a{color:var(--link)}code,pre{font:.875em/1.5 ui-monospace,"Cascadia Code",Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{white-space:pre-wrap;background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;margin:.5rem 0}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1.25rem;margin:1rem 0}
dt{grid-column:1;color:var(--soft)}dd{grid-column:2;margin:0;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding-left:1.1rem;border-left:2px solid var(--line)}ul ul{margin-left:.3rem}li{margin:.25rem 0}
.remark{display:block;padding-left:1.1rem;color:var(--ink)}table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:500}
.dim,.not_applicable{color:var(--soft)}.strong{font-weight:600}.true,.met{color:var(--good);font-weight:600}
.false,.not_met{color:var(--bad);font-weight:600}.unknown{color:var(--open);font-weight:600}
@media (max-width:40rem){dl{display:block}dd{margin:0 0 .5rem}}
@media print{body{max-width:none;padding:0;font-size:11px}h2{break-after:avoid}pre,li{break-inside:avoid}}
"""
STYLE = _BASE + matrix.STYLE


def in_form(form: str, blocks: Iterable[Block], words: Words, *, title: str, to_file: bool = False) -> str:
    """Blocks as `html`, `md`, or for any other form as text.

    Args:
        form: what is asked for.
        blocks: the report.
        words: the reader's language.
        title: of the page.
        to_file: whether text goes to a file, and not to a terminal.
    """
    if form == "html":
        return as_html(blocks, words, title=title)
    return as_markdown(blocks) if form == "md" else written(blocks, to_file=to_file)


def as_html(blocks: Iterable[Block], words: Words, *, title: str) -> str:
    """One page that can be read alone, printed and kept; the same blocks always give the same bytes."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    body = "\n".join(_html(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{_LANGUAGE_TAGS.get(words.language, words.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f'<title>{escape(title)} · Comity</title>\n<link rel="icon" href="data:,">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    match block:
        case Heading(content=content, level=level):
            return f"<h{level}>{_inline(content)}</h{level}>"
        case Paragraph(content=content):
            return f"<p>{_inline(content)}</p>"
        case Code(text=text):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Drawing(svg=svg):
            return f"<figure>{svg}</figure>"
        case Pairs(rows=rows):
            return f"<dl>{''.join(_pair(name, contents) for name, contents in _grouped(rows))}</dl>"
        case Outline(rows=rows):
            return _list(list(rows))
        case Grid(columns=columns, rows=table):
            head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
            body = "".join(f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in table)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        case matrix.Matrix():
            return matrix.as_html(block)


def _pair(name: str, contents: list[Line]) -> str:
    return f"<dt>{escape(name)}</dt>{''.join(f'<dd>{_inline(content)}</dd>' for content in contents)}"


def _grouped(rows: Iterable[tuple[str, Line]]) -> Iterator[tuple[str, list[Line]]]:
    """Rows with the same name one after the other, as one name with several lines."""
    name = ""
    contents: list[Line] = []
    for next_name, content in rows:
        if contents and next_name != name:
            yield name, contents
            contents = []
        name = next_name
        contents.append(content)
    if contents:
        yield name, contents


def _list(rows: list[Branch]) -> str:
    """Rows of growing depth as lists in lists."""
    found: list[str] = []
    index = 0
    while index < len(rows):
        row = rows[index]
        index += 1
        below = []
        while index < len(rows) and rows[index].depth > row.depth:
            below.append(rows[index])
            index += 1
        remarks = "".join(f'<span class="remark">{_inline(remark)}</span>' for remark in row.remarks)
        found.append(f"<li>{_inline(row.content)}{remarks}{_list(below) if below else ''}</li>")
    return f"<ul>{''.join(found)}</ul>"


def _inline(content: Line) -> str:
    return "".join(_span(span) for span in content)


def _span(span: Span) -> str:
    text = escape(span.text)
    if _LINK.fullmatch(span.link):
        return f'<a href="{escape(span.link)}" rel="noreferrer">{text}</a>'
    if span.role in {"id", "code"}:
        return f"<code>{text}</code>"
    return f'<span class="{span.role}">{text}</span>' if span.role else text


def as_markdown(blocks: Iterable[Block]) -> str:
    """Blocks as CommonMark with tables."""
    return "\n".join(_markdown(block) for block in blocks)


def _markdown(block: Block) -> str:
    match block:
        case Heading(content=content, level=level):
            return f"{'#' * level} {_marked(content, bold=False)}\n"
        case Paragraph(content=content):
            return f"{_marked(content)}\n"
        case Code(text=text):
            return f"```\n{text}\n```\n"
        case Drawing(text=text):
            return f"```\n{text}\n```\n"
        case Pairs(rows=rows):
            return "".join(
                f"- **{_escaped(name)}**: {' / '.join(_marked(content) for content in contents)}\n"
                for name, contents in _grouped(rows)
            )
        case Outline(rows=rows):
            lines = []
            for row in rows:
                lines.append(f"{'  ' * row.depth}- {_marked(row.content)}")
                lines += [f"{'  ' * row.depth}  - {_marked(remark)}" for remark in row.remarks]
            return "\n".join(lines) + "\n"
        case Grid(columns=columns, rows=table):
            head = [" | ".join(map(_escaped, columns)), " | ".join("---" for _ in columns)]
            return "\n".join(f"| {row} |" for row in [*head, *(" | ".join(map(_marked, row)) for row in table)]) + "\n"
        case matrix.Matrix():
            return matrix.as_markdown(block)


def _marked(content: Line, *, bold: bool = True) -> str:
    return "".join(_marked_span(span, bold=bold) for span in content).strip()


def _marked_span(span: Span, *, bold: bool) -> str:
    text = _escaped(span.text)
    if _LINK.fullmatch(span.link):
        return f"<{span.link}>" if span.text == span.link else f"[{text}]({span.link})"
    if span.role in {"id", "code"} and span.text.strip():
        return span.text.replace(span.text.strip(), f"`{span.text.strip().replace('`', '')}`")
    if (
        bold
        and span.role in {"strong", "true", "false", "unknown", "met", "not_met", "not_applicable"}
        and span.text.strip()
    ):
        return text.replace(text.strip(), f"**{text.strip()}**")
    return text


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
