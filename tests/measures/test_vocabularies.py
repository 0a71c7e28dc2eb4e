"""Every form of vocabulary, held against the package that its makers use; and that no file makes a reader stumble.

Oracles: `tiktoken` for ranks, `tokenizers` for byte-level pairs in GGUF, `sentencepiece` for pairs by score in GGUF. What they read was
trained on the spot from our own parallel texts.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

gguf = pytest.importorskip("gguf")
pytest.importorskip("regex")
tokenizers = pytest.importorskip("tokenizers")
sentencepiece = pytest.importorskip("sentencepiece")
tiktoken = pytest.importorskip("tiktoken")

from comity.errors import ComityError, InputError  # noqa: E402
from comity.measures.vocabularies import open_vocabulary  # noqa: E402
from comity.measures.vocabulary_gguf import CUTS, WHOLE_PIECES, ScoredPairs, byte_letters, partition  # noqa: E402
from comity.measures.vocabulary_ranks import PATTERNS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = Path(__file__).parent / "parallel"
SENTENCES = [line for path in sorted(OWN.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]

ASSIGNED = st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\x1c\x1d\x1e\x1f")
"""Signs that every Unicode table knows; on four controls the packages differ whether they are spaces."""

TEXTS = st.one_of(
    st.text(ASSIGNED, max_size=60),
    st.text("abAB' \n\t\r.,12٣é中ह्िかﷺ\u0301\u3000", max_size=60),
    st.lists(st.sampled_from(SENTENCES), max_size=3).map("\n ".join),
)
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def byte_level() -> Any:
    """Byte-level pairs, trained by `tokenizers`."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=900, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return tokenizer


def model_of(tokenizer: Any) -> dict[str, Any]:
    model: dict[str, Any] = json.loads(tokenizer.to_str())["model"]
    return model


def merges_of(tokenizer: Any) -> list[tuple[str, str]]:
    return [tuple(merge) for merge in model_of(tokenizer)["merges"]]


@pytest.fixture(scope="module")
def ranks(byte_level: Any) -> dict[bytes, int]:
    """The same pairs as ranks: the bytes first, then what each merge makes."""
    values = {letter: value for value, letter in enumerate(byte_letters())}
    found = {bytes((value,)): value for value in range(256)}
    for left, right in merges_of(byte_level):
        found.setdefault(bytes(values[letter] for letter in left + right), len(found))
    return found


def lines_of(ranks: Mapping[bytes, int]) -> bytes:
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks.items())


@pytest.fixture(scope="module")
def rank_file(ranks: dict[bytes, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ranks") / "own.tiktoken"
    path.write_bytes(lines_of(ranks))
    return path


@pytest.mark.parametrize("name", ["gpt2", "cl100k_base", "o200k_base"])
def test_ranks_count_as_tiktoken_does(name: str, rank_file: Path, ranks: dict[bytes, int]) -> None:
    vocabulary = open_vocabulary(rank_file, name)
    reference = tiktoken.Encoding("own", pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens={})

    @many
    @given(TEXTS)
    def same(text: str) -> None:
        (found,) = vocabulary.count([text])
        assert found.tokens == len(reference.encode_ordinary(text))
        assert found.unknown == 0

    same()


@many
@given(text=TEXTS)
def test_tokens_of_ranks_are_the_text(text: str, rank_file: Path) -> None:
    pairs = open_vocabulary(rank_file, "o200k_base").count.__self__  # type: ignore[attr-defined]
    tokens = pairs.tokens(text)
    assert b"".join(tokens).decode() == text
    assert all(token in pairs.ranks for token in tokens)


def test_packed_ranks_and_a_tekken_file_count_as_the_ranks_do(
    tmp_path: Path, rank_file: Path, ranks: dict[bytes, int]
) -> None:
    packed = tmp_path / "o200k_base.tiktoken.gz"
    packed.write_bytes(gzip.compress(rank_file.read_bytes()))
    entries = [
        {"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
        for token, rank in ranks.items()
    ]
    config = {"pattern": PATTERNS["o200k_base"], "default_vocab_size": len(ranks) + 7, "default_num_special_tokens": 7}
    unused = {"rank": len(ranks), "token_bytes": base64.b64encode(SENTENCES[0].encode()).decode()}
    tekken = tmp_path / "tekken.json"
    tekken.write_text(json.dumps({"config": config, "vocab": [*entries, unused]}))
    expected = open_vocabulary(rank_file, "o200k_base").count(SENTENCES)
    assert open_vocabulary(packed).count(SENTENCES) == expected
    assert open_vocabulary(tekken).count(SENTENCES) == expected


def test_a_tokenizer_json_counts_as_its_package_does(tmp_path: Path, byte_level: Any) -> None:
    from tokenizers.processors import TemplateProcessing

    expected = [len(byte_level.encode(sentence).ids) for sentence in SENTENCES]
    marked = tokenizers.Tokenizer.from_str(byte_level.to_str())
    marked.add_special_tokens(["[S]"])
    marked.post_processor = TemplateProcessing(single="[S] $A [S]", special_tokens=[("[S]", marked.token_to_id("[S]"))])
    marked.enable_truncation(5)
    marked.enable_padding(length=500)
    path = tmp_path / "tokenizer.json"
    path.write_text(marked.to_str(), encoding="utf-8")
    vocabulary = open_vocabulary(path)
    assert [count.tokens for count in vocabulary.count(SENTENCES)] == expected
    assert vocabulary.size == len(model_of(byte_level)["vocab"]) + 1


def write_gguf(
    path: Path,
    model: str,
    tokens: list[str],
    *,
    pre: str | None = None,
    merges: list[tuple[str, str]] | None = None,
    scores: list[float] | None = None,
    types: list[int] | None = None,
    prefix: bool | None = None,
) -> Path:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model(model)
    if pre is not None:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(types or [1] * len(tokens))
    if scores is not None:
        writer.add_token_scores(scores)
    if merges is not None:
        writer.add_token_merges([f"{left} {right}" for left, right in merges])
    if prefix is not None:
        writer.add_add_space_prefix(prefix)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def in_order(vocabulary: Mapping[str, int]) -> list[str]:
    return sorted(vocabulary, key=lambda token: vocabulary[token])


def reference_for(cut: str, byte_level: Any) -> Any:
    """What the models that use a cut have in their own tokenizer.json."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    model = model_of(byte_level)
    whole = cut in WHOLE_PIECES
    tokenizer = Tokenizer(models.BPE(model["vocab"], merges_of(byte_level), ignore_merges=whole))
    if cut == "gpt-2":
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    elif cut == "smollm":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
    else:
        digits = r"\p{N}{1,3}" if cut == "llama-bpe" else r"\p{N}"
        expression = (
            rf"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}"
            r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(expression), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    return tokenizer


PLAIN = st.one_of(
    st.text("abAB' \n\t.,12é中हिかж", max_size=60), st.lists(st.sampled_from(SENTENCES), max_size=3).map("\n ".join)
)
"""Texts on which the expressions of all packages mean the same: none folds the case of a long s, none counts other numerals."""


@pytest.mark.parametrize("cut", ["gpt-2", "smollm", "llama-bpe", "qwen2"])
def test_byte_level_pairs_of_gguf_count_as_the_models_own_tokenizer(cut: str, tmp_path: Path, byte_level: Any) -> None:
    tokens = in_order(model_of(byte_level)["vocab"])
    path = write_gguf(tmp_path / "model.gguf", "gpt2", tokens, pre=cut, merges=merges_of(byte_level))
    vocabulary = open_vocabulary(path)
    reference = reference_for(cut, byte_level)

    @many
    @given(PLAIN)
    def same(text: str) -> None:
        assert vocabulary.count([text]) == [(len(reference.encode(text).ids), 0)]

    same()


@pytest.mark.parametrize("cut", sorted(CUTS))
def test_tokens_of_byte_level_pairs_are_the_text(cut: str, tmp_path: Path, byte_level: Any) -> None:
    tokens = in_order(model_of(byte_level)["vocab"])
    path = write_gguf(tmp_path / "model.gguf", "gpt2", tokens, pre=cut, merges=merges_of(byte_level))
    pairs = open_vocabulary(path).count.__self__  # type: ignore[attr-defined]
    values = {letter: value for value, letter in enumerate(byte_letters())}
    for sentence in SENTENCES:
        found = pairs.tokens(f" {sentence}\n\n  12345")
        assert bytes(values[letter] for token in found for letter in token).decode() == f" {sentence}\n\n  12345"
        assert all(token in pairs.known for token in found)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Pairs by score with bytes for the rest, trained by `sentencepiece`."""
    directory = tmp_path_factory.mktemp("sentencepiece")
    (directory / "texts").write_text("\n".join(SENTENCES), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(directory / "texts"),
        model_prefix=str(directory / "own"),
        model_type="bpe",
        vocab_size=900,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_file=str(directory / "own.model"))


def test_pairs_by_score_of_gguf_count_as_sentencepiece(tmp_path: Path, scored: Any) -> None:
    numbers = range(scored.get_piece_size())
    types = [
        6 if scored.is_byte(number) else 3 if scored.is_control(number) else 2 if scored.is_unknown(number) else 1
        for number in numbers
    ]
    path = write_gguf(
        tmp_path / "model.gguf",
        "llama",
        [scored.id_to_piece(number) for number in numbers],
        scores=[scored.get_score(number) for number in numbers],
        types=types,
    )
    vocabulary = open_vocabulary(path)
    pairs = vocabulary.count.__self__  # type: ignore[attr-defined]

    @many
    @given(st.text(ASSIGNED, min_size=1, max_size=40) | st.sampled_from(SENTENCES))
    def same(text: str) -> None:
        text = text.replace("\0", "").replace("▁", "")
        assert vocabulary.count([text])[0].tokens == (len(scored.encode(text)) if text else 1)
        tokens = pairs.tokens(text)
        raw = b"".join(bytes((token,)) if isinstance(token, int) else token.encode() for token in tokens)
        assert raw.decode().replace("▁", " ") == f" {text}"

    same()


def test_a_sentencepiece_model_counts_as_its_package_does(tmp_path: Path, scored: Any) -> None:
    path = tmp_path / "tokenizer.model"
    path.write_bytes(scored.serialized_model_proto())
    vocabulary = open_vocabulary(path)
    assert [count.tokens for count in vocabulary.count(SENTENCES)] == [len(scored.encode(line)) for line in SENTENCES]
    assert sum(count.unknown for count in vocabulary.count(SENTENCES)) == 0


def test_defined_tokens_are_found_before_anything_else() -> None:
    assert partition("a<x><xy>b", ("<xy>", "<x>")) == [("a", False), ("<x>", True), ("<xy>", True), ("b", False)]
    pairs = ScoredPairs({"▁": 0.0, "a": 0.0, "▁a": -1.0, "<x>": 0.0}, frozenset(), prefix=True, defined=("<x>",))
    assert pairs.tokens("a<x>a") == ["▁a", "<x>", "▁a"]


def test_bytes_that_are_no_tokens_are_unknown() -> None:
    pairs = ScoredPairs({"▁": 0.0, "a": 0.0}, frozenset({0xC3}), prefix=False, defined=())
    assert pairs.count(["aé"]) == [(3, 1)]


def test_words_that_a_vocabulary_does_not_know_are_counted_in_characters(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = {"[UNK]": 0, "the": 1, "well": 2, "##s": 3, ".": 4}
    tokenizer = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer.to_str())
    assert open_vocabulary(path).count(["The wells.", "the колодец.", ""]) == [(4, 0), (3, 7), (0, 0)]


def test_letters_that_pairs_drop_in_silence_are_unknown(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    path = tmp_path / "tokenizer.json"
    path.write_text(Tokenizer(models.BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")])).to_str())
    assert open_vocabulary(path).count(["ab", "aжжb"]) == [(1, 0), (1, 2)]


def test_unknown_pieces_of_sentencepiece_are_counted_in_characters(tmp_path: Path) -> None:
    (tmp_path / "texts").write_text("\n".join((OWN / "eng.txt").read_text().splitlines()))
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "texts"), model_prefix=str(tmp_path / "own"), vocab_size=120, minloglevel=2
    )
    vocabulary = open_vocabulary(tmp_path / "own.model")
    known, unknown = vocabulary.count(["The well stands.", "колодец"])
    assert known.unknown == 0
    assert unknown.unknown == 7


HALF = {"a": 1.0}
HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("x.json", b"", "the file is empty"),
    "blank": ("x.json", b" \n\t", "the file is empty"),
    "broken JSON": ("x.json", b'{"model": {', "this is not a sound tokenizer.json file"),
    "JSON of something else": ("x.json", b'{"a": 1}', "this is not a sound tokenizer.json file"),
    "a model of no kind": ("x.json", b'{"model": {"type": "BPE"}}', "this is not a sound tokenizer.json file"),
    "deep JSON": ("x.json", b'{"model":' + b"[" * 100_000, "this is not a sound tokenizer.json file"),
    "JSON that is no UTF-8": ("x.json", b'{"model": {"unk_token": "\xb2"}}', "this is not a sound tokenizer.json file"),
    "tekken that is no UTF-8": (
        "x.json",
        b'{"config":{"pattern":"\xb2","default_vocab_size": 1}}',
        "not a sound tekken file",
    ),
    "broken tekken": ("x.json", b'{"config":{"default_vocab_size": "x"}}', "this is not a sound tekken file"),
    "zeroes": ("x.bin", bytes(5000), "the file is no tokenizer of a known form"),
    "a picture": ("x.model", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "the file is no tokenizer of a known form"),
    "text": ("x.txt", b"Hello, this is a letter.\n", "the file is no tokenizer of a known form"),
    "GGUF cut off": ("x.gguf", b"GGUF\x03\0\0\0", "the file is cut off or damaged"),
    "gzip cut off": ("gpt2.gz", gzip.compress(b"IQ== 0\n" * 1000)[:-9], "it is cut off, or unpacked it is larger"),
    "gzip of nonsense": ("gpt2.gz", b"\x1f\x8b" + b"nonsense", "this is not a sound gzip file: it cannot be unpacked"),
    "a line of ranks that is none": (
        "gpt2.tiktoken",
        b"IQ== 0\nIg== x\n",
        "gpt2.tiktoken:2:1: a line of a file of ranks",
    ),
    "a giant rank": (
        "gpt2.tiktoken",
        b"IQ== 0\nIg== " + b"9" * 100_000,
        "gpt2.tiktoken: this is not a sound tiktoken file",
    ),
    "a token twice": ("gpt2.tiktoken", b"IQ== 0\nIQ== 1\n", "gpt2.tiktoken:2:1: the token stands twice there"),
    "bytes missing": ("gpt2.tiktoken", b"IQ== 0\n", "255 of the 256 single bytes are no tokens"),
    "ranks without a pattern": ("other.tiktoken", b"IQ== 0\n", "does not say by which pattern texts are cut"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_tokenizer_is_said_in_a_sentence(tmp_path: Path, case: str) -> None:
    name, raw, message = HOSTILE[case]
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(InputError) as error:
        open_vocabulary(tmp_path / name)
    assert message in error.value.describe()


def test_a_bomb_of_gzip_is_not_unpacked_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.measures.vocabulary_ranks.MOST_BYTES", 1_000_000)
    path = tmp_path / "gpt2.gz"
    path.write_bytes(gzip.compress(b"IQ== 0\n" * 1_000_000))
    with pytest.raises(InputError, match="unpacked it is larger"):
        open_vocabulary(path)


def test_a_giant_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    with path.open("wb") as stream:
        stream.write(b"{")
        stream.truncate(10_000_000_000)
    with pytest.raises(InputError, match="the file is larger than"):
        open_vocabulary(path)


def test_two_tokens_of_one_rank_are_refused(tmp_path: Path, ranks: dict[bytes, int]) -> None:
    path = tmp_path / "gpt2.tiktoken"
    path.write_bytes(lines_of({**ranks, b"something new": 300}))
    with pytest.raises(InputError, match="two tokens have the same rank"):
        open_vocabulary(path)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("o200k", "is not a known encoding"),
        ("(", "is no regular expression"),
        (r"\p{Nothing}", "is no regular expression"),
    ],
)
def test_a_pattern_that_is_none_is_refused(rank_file: Path, pattern: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_vocabulary(rank_file, pattern)


def test_a_pattern_is_refused_where_the_tokenizer_has_its_own(tmp_path: Path, byte_level: Any) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(byte_level.to_str(), encoding="utf-8")
    with pytest.raises(InputError, match="brings its own"):
        open_vocabulary(path, "gpt2")


def test_what_a_pattern_passes_over_is_unknown(rank_file: Path) -> None:
    assert open_vocabulary(rank_file, r"[a-z]+").count(["ab 12"])[0].unknown == 3


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a cut that is not known": (
        {"model": "gpt2", "pre": "kimi-k2", "merges": [("a", "b")]},
        '("kimi-k2") is not known here',
    ),
    "a cut that is nearly known": (
        {"model": "gpt2", "pre": "gpt-4o", "merges": [("a", "b")]},
        '("gpt-4o") is not known here',
    ),
    "no cut": ({"model": "gpt2", "merges": [("a", "b")]}, '("-") is not known here'),
    "unigrams": ({"model": "t5", "scores": [0.0, 0.0, 0.0]}, "the tokenizer t5 of GGUF is not counted here"),
    "no merges": ({"model": "gpt2", "pre": "gpt-2"}, "it holds no merges"),
    "no scores": ({"model": "llama"}, "it does not give each token a score"),
    "scores that are no numbers": (
        {"model": "llama", "scores": [0.0, float("nan"), 0.0]},
        "it does not give each token a score",
    ),
    "too few types": (
        {"model": "llama", "scores": [0.0] * 3, "types": [1]},
        "it does not say of what type each token is",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_gguf_vocabulary_that_would_not_be_exact_is_refused(tmp_path: Path, case: str) -> None:
    arguments, message = REFUSED[case]
    path = write_gguf(tmp_path / "model.gguf", tokens=["a", "b", "ab"], **arguments)
    with pytest.raises(InputError) as error:
        open_vocabulary(path)
    assert message in error.value.describe()


def test_damaged_files_end_in_a_sentence_and_never_in_a_crash(
    tmp_path: Path, rank_file: Path, byte_level: Any, scored: Any
) -> None:
    tokens = in_order(model_of(byte_level)["vocab"])
    model = write_gguf(tmp_path / "whole.gguf", "gpt2", tokens, pre="gpt-2", merges=merges_of(byte_level))
    wholes = {
        "x.tiktoken": rank_file.read_bytes(),
        "x.json": byte_level.to_str().encode(),
        "x.model": scored.serialized_model_proto(),
        "x.gguf": model.read_bytes(),
    }
    chance = random.Random(7)
    for name, whole in wholes.items():
        for _ in range(60):
            raw = bytearray(whole)
            for _ in range(chance.choice((1, 5, 40))):
                place = chance.randrange(min(len(raw), chance.choice((200, len(raw)))))
                if chance.random() < 0.7:
                    raw[place] = chance.randrange(256)
                else:
                    del raw[place : place + chance.randrange(1, 40)]
            path = tmp_path / name
            path.write_bytes(raw)
            try:
                vocabulary = open_vocabulary(path, "gpt2" if name == "x.tiktoken" else None)
                vocabulary.count(SENTENCES[:3])
            except ComityError as error:
                assert error.describe()
