"""Make the JSON Schemas that ship with Comity: `python scripts/make_schemas.py`, or with `--check` only compare.

Run it after every change of a fact, a role, a topic or a closed list; a test compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from comity.library.loader import load_library  # noqa: E402
from comity.schemas import FROM_VOCABULARY, OUTPUTS, text_of  # noqa: E402
from comity.schemas.generate import schema_of  # noqa: E402
from comity.schemas.outputs import schema_of_output  # noqa: E402

DIRECTORY = ROOT / "src" / "comity" / "schemas"


def outdated() -> dict[Path, str]:
    """The files that are not what they should be, with what they should be."""
    library = load_library(cached=False)
    schemas = {name: schema_of(name, library) for name in FROM_VOCABULARY}
    schemas |= {name: schema_of_output(name) for name in OUTPUTS}
    wanted = {DIRECTORY / f"{name}.schema.json": text_of(schema) for name, schema in schemas.items()}
    return {path: text for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text}


def main(arguments: list[str]) -> int:
    """Write what is out of date and say so; with `--check`, only say so."""
    found = outdated()
    for path, text in found.items():
        print(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    return int(bool(found) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
