#!/bin/sh
# Have cvc5, a solver that Comity does not use itself, answer anew what Comity claims: proofs of plans, comparisons and reconciliations are
# written to build/proofs, and each claim in them is rechecked.
#
# Usage: scripts/recheck_all.sh          PYTHON=python3.12 scripts/recheck_all.sh
# Needs: comity with its extra "solver", and cvc5. Ends with 0 if every claim is confirmed; see scripts/recheck.py.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "${PYTHON:-}" ]; then python=$PYTHON
elif [ -x "$root/.venv/bin/python" ]; then python=$root/.venv/bin/python
else python=python3
fi
proofs=$root/build/proofs
rm -rf "$proofs"
mkdir -p "$proofs"
cd "$root"

# prove NAME WORDS…: the proof of one answer; 0, 1 and 3 are answers, anything else is a failure
prove() {
    name=$1
    shift
    code=0
    PYTHONPATH="$root/src${PYTHONPATH:+:$PYTHONPATH}" "$python" -m comity "$@" --proof "$proofs/$name.zip" \
        --output "$proofs/$name.txt" || code=$?
    case $code in 0 | 1 | 3) ;; *) echo "comity $*: ended with $code" >&2; exit "$code" ;; esac
}

planted="--no-builtin --library tests/data/colliding-library --profile public-system"

prove plan plan examples/smollm2-chat
prove plan-per-market plan examples/smollm2-chat --per-market
prove compare-eu-kr compare eu-ai-act kr-ai-basic-act
prove compare-eu-us-ca compare eu-gpai-cop us-ca-sb53
prove compare-cn-eu compare cn-gb-45438 eu
prove compare-planted compare --no-builtin --library tests/data/colliding-library --all
prove reconcile reconcile examples/smollm2-chat
prove reconcile-profile reconcile --profile frontier-model-provider
# shellcheck disable=SC2086  # the words of $planted are to be split
prove reconcile-planted reconcile $planted
# shellcheck disable=SC2086
prove reconcile-planted-splits reconcile $planted --market xa --market xb
prove reconcile-planted-any reconcile --no-builtin --library tests/data/colliding-library --for-any

"$python" scripts/recheck.py "$proofs"/*.zip
