"""Recheck the claims of a proof archive with cvc5, a solver that Comity does not use itself.

`python scripts/recheck.py proof.zip [more.zip …]` prints one line for each claim that is not confirmed and a summary;
exit code 0 if every claim is confirmed, 4 if one is not or if a script was altered, 3 if one was not decided in time.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile

import cvc5

TIME_LIMIT_MILLISECONDS = 20_000


def answer(script: str) -> str:
    """What cvc5 says of one script: `sat`, `unsat` or `unknown`."""
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(TIME_LIMIT_MILLISECONDS))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "claim")
    symbols = parser.getSymbolManager()
    found = "unknown"
    while True:
        command = parser.nextCommand()
        if command.isNull():
            return found
        said = command.invoke(solver, symbols).strip()
        if said in {"sat", "unsat", "unknown"}:
            found = said


def recheck(path: str) -> tuple[int, int, int]:
    """Claims of one archive that were confirmed, contradicted or altered, and not decided."""
    confirmed = contradicted = undecided = 0
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for entry in manifest["claims"]:
            raw = archive.read(entry["file"])
            said = answer(raw.decode()) if hashlib.sha256(raw).hexdigest() == entry["sha256"] else "altered"
            if said == entry["expected"]:
                confirmed += 1
                continue
            undecided += said == "unknown"
            contradicted += said != "unknown"
            sys.stdout.write(f"{path}:{entry['file']}: expected {entry['expected']}, got {said}: {entry['claim']}\n")
    sys.stdout.write(f"{path}: {confirmed} confirmed, {contradicted} not confirmed, {undecided} not decided\n")
    return confirmed, contradicted, undecided


def main(paths: list[str]) -> int:
    """Recheck every archive."""
    totals = [recheck(path) for path in paths]
    if not totals or any(contradicted for _, contradicted, _ in totals):
        return 4
    return 3 if any(undecided for _, _, undecided in totals) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
