"""`measure_tokenizer`: premiums on our own parallel texts.

Oracle: a vocabulary of the 256 bytes alone, whose tokens are the bytes of the texts, which anybody can count.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("regex")
np = pytest.importorskip("numpy")

from comity.cli import main  # noqa: E402
from comity.cli.measure import MEASURES  # noqa: E402
from comity.dossier.statements import read_statements  # noqa: E402
from comity.errors import InputError  # noqa: E402
from comity.library.loader import load_library  # noqa: E402
from comity.measures.tokenizer import FACT, measure_tokenizer  # noqa: E402

if TYPE_CHECKING:
    from comity.measures.tokenizer import TokenCosts

ON = date(2026, 11, 22)
OWN = Path(__file__).parent / "parallel"
CODES = ["arb", "eng", "fra", "hin", "rus", "spa", "swa", "zho"]
BYTES = {
    code: sum(len(line.encode()) for line in (OWN / f"{code}.txt").read_text(encoding="utf-8").splitlines())
    for code in CODES
}


@pytest.fixture(scope="module")
def bytes_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ranks") / "gpt2.tiktoken"
    path.write_bytes(b"".join(base64.b64encode(bytes((value,))) + b" %d\n" % value for value in range(256)))
    return path


def measured(path: Path, parallel: Path = OWN, **arguments: Any) -> TokenCosts:
    return measure_tokenizer(path, parallel, on=ON, **arguments)


def observations(found: TokenCosts) -> dict[str, Any]:
    return dict(found.statement.predicate.observations)


def test_premiums_are_ratios_of_tokens(bytes_only: Path) -> None:
    found = measured(bytes_only)
    least = min(BYTES.values())
    assert {cost.code: cost.tokens for cost in found.languages} == BYTES
    assert {cost.code: cost.premium for cost in found.languages} == {code: size / least for code, size in BYTES.items()}
    assert {cost.code: cost.to_english for cost in found.languages} == {
        code: size / BYTES["eng"] for code, size in BYTES.items()
    }
    assert all(cost.bytes_per_token == 1 for cost in found.languages)
    (fact,) = found.statement.predicate.facts
    assert (fact.fact, fact.basis, fact.count) == (FACT, "observed", 12)
    assert fact.value == round(max(BYTES.values()) / least, 6)
    assert fact.interval is not None
    assert fact.interval[0] <= fact.value <= fact.interval[1]


def test_the_cheapest_language_has_a_premium_of_one_and_comes_first(bytes_only: Path) -> None:
    found = measured(bytes_only)
    premiums = [cost.premium for cost in found.written if cost.premium is not None]
    assert premiums[0] == 1
    assert premiums == sorted(premiums)
    observed = observations(found)
    assert observed["best_language"] == found.written[0].code == "zho"
    assert observed["worst_language"] == found.written[-1].code == "hin"


def test_shares_and_medians_are_those_of_the_premiums(bytes_only: Path) -> None:
    observed = observations(measured(bytes_only))
    premiums = [size / min(BYTES.values()) for size in BYTES.values()]
    assert observed["premium_median"] == round(median(premiums), 6)
    for limit in (2, 3, 5):
        assert observed[f"share_above_{limit}"] == sum(value > limit for value in premiums) / len(premiums)
    assert observed["languages"] == 8
    assert observed["paragraphs"] == 12
    assert observed["cheaper_than_english"] == sum(size < BYTES["eng"] for size in BYTES.values())


def test_the_fact_is_about_the_languages_served(bytes_only: Path) -> None:
    found = measured(bytes_only, served=("swa", "fra", "eng"))
    (fact,) = found.statement.predicate.facts
    sizes = [BYTES[code] for code in ("swa", "fra", "eng")]
    assert fact.value == round(max(sizes) / min(sizes), 6)
    assert observations(found)["served_languages"] == ["eng", "fra", "swa"]
    assert len(found.languages) == 8
    assert "3 languages named as served" in found.statement.predicate.method


@pytest.mark.parametrize(
    ("served", "message"),
    [(("eng", "ful"), 'there is no text in the language "ful"'), (("eng", "eng"), "compares at least 2 languages")],
)
def test_served_languages_need_texts(bytes_only: Path, served: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        measured(bytes_only, served=served)


def test_without_english_nothing_is_said_of_it(bytes_only: Path, tmp_path: Path) -> None:
    (tmp_path / "fra.txt").write_text("un\n")
    (tmp_path / "swa.txt").write_text("moja\n")
    found = measured(bytes_only, tmp_path)
    assert all(cost.to_english is None for cost in found.languages)
    assert observations(found)["to_english_median"] is None
    (fact,) = found.statement.predicate.facts
    assert (fact.value, fact.interval) == (2, None)


def test_a_language_that_cannot_be_written_is_named_and_not_called_cheap(tmp_path: Path) -> None:
    """A vocabulary of English words turns each Russian word into one token for the unknown."""
    tokenizers = pytest.importorskip("tokenizers")
    words = sorted(
        {word for line in (OWN / "eng.txt").read_text().splitlines() for word in re.findall(r"\w+|[^\w\s]", line)}
    )
    words += [letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in words]
    words += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    model = tokenizers.models.WordPiece({"[UNK]": 0} | {word: n for n, word in enumerate(words, 1)}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer.to_str())
    (tmp_path / "texts").mkdir()
    for code in ("eng", "rus"):
        (tmp_path / "texts" / f"{code}.txt").write_bytes((OWN / f"{code}.txt").read_bytes())
    (tmp_path / "texts" / "sco.txt").write_text((OWN / "eng.txt").read_text().replace("well", "w e l l"))
    found = measured(path, tmp_path / "texts")
    assert [(cost.code, cost.premium is None) for cost in found.languages] == [
        ("eng", False),
        ("sco", False),
        ("rus", True),
    ]
    assert observations(found)["not_written"] == ["rus"]
    assert found.statement.predicate.facts == []
    served = measured(path, tmp_path / "texts", served=("eng", "sco"))
    assert [fact.fact for fact in served.statement.predicate.facts] == [FACT]
    (tmp_path / "texts" / "sco.txt").unlink()
    with pytest.raises(InputError, match="can write only 1 of the 2 texts"):
        measured(path, tmp_path / "texts")


def test_the_same_seed_gives_the_same_bytes(bytes_only: Path) -> None:
    first, again, other = (measured(bytes_only, seed=seed) for seed in (3, 3, 4))
    assert msgspec.json.encode(first.statement) == msgspec.json.encode(again.statement)
    assert first.statement.predicate.facts[0].interval != other.statement.predicate.facts[0].interval


def test_a_seed_below_zero_is_refused(bytes_only: Path) -> None:
    with pytest.raises(InputError, match="the seed is a whole number from 0 on"):
        measured(bytes_only, seed=-1)


def test_every_input_is_named_by_its_digest(bytes_only: Path) -> None:
    subjects = measured(bytes_only).statement.subject
    assert [subject.name for subject in subjects] == ["gpt2.tiktoken", *(f"{code}.txt" for code in CODES)]
    assert len({subject.digest.sha256 for subject in subjects}) == 9


def test_the_statement_fits_the_library(bytes_only: Path, tmp_path: Path) -> None:
    from comity.dossier.statements import write_statement

    write_statement(measured(bytes_only).statement, tmp_path, "tokenizer")
    ((entry,), _) = read_statements(tmp_path, load_library([]))
    assert entry.fact == FACT
    assert entry.basis.by == "measured"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.integers(1, 12).flatmap(
        lambda size: st.lists(st.lists(st.integers(1, 40), min_size=size, max_size=size), min_size=2, max_size=6)
    )
)
def test_premiums_are_at_least_one_and_follow_the_order_of_tokens(
    rows: list[list[int]], bytes_only: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("texts")
    for number, row in enumerate(rows):
        (directory / f"a{chr(97 + number)}.txt").write_text("".join(f"{'x' * size}\n" for size in row))
    found = measured(bytes_only, directory)
    least = min(map(sum, rows))
    assert sorted(cost.premium or 0 for cost in found.languages) == sorted(sum(row) / least for row in rows)
    assert found.written[0].premium == 1


def test_a_pattern_without_end_is_cut_short(bytes_only: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.measures.vocabulary_ranks.SLOWEST_PARAGRAPH", 0.1)
    for code in ("eng", "swa"):
        (tmp_path / f"{code}.txt").write_text("a" * 200 + "!\n")
    with pytest.raises(InputError, match="takes too long for a paragraph of eng"):
        measured(bytes_only, tmp_path, pattern="((a|b|ab)*c|(a|aa)+$)")


def test_a_missing_package_is_named_with_its_extra(bytes_only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "regex", None)
    with pytest.raises(InputError, match="this needs the package regex") as error:
        measured(bytes_only)
    assert 'pip install "comity[tokenizer]"' in error.value.describe()


class TestCommand:
    def run(self, *arguments: str) -> int:
        return main(["measure", "tokenizer", *arguments])

    def test_it_is_a_measure(self) -> None:
        assert "tokenizer" in MEASURES

    def test_the_report_shows_fact_and_chart(
        self, bytes_only: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "80")
        assert self.run(str(bytes_only), "--parallel", str(OWN)) == 0
        shown = capsys.readouterr().out
        assert f"{FACT} = " in shown
        assert "from 12 observations; 95 % interval" in shown
        assert re.search(r"hin +हिन्दी +\d\.\d\d +█+", shown)
        assert "premium.hin" not in shown

    def test_json_holds_every_premium_and_the_statement_is_written(
        self, bytes_only: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        assert self.run(str(bytes_only), "--parallel", str(OWN), "--into", str(tmp_path), "--format", "json") == 0
        content = json.loads(capsys.readouterr().out)
        assert content["schema"] == "comity/measurement/1"
        observed = content["statement"]["predicate"]["observations"]
        assert {key for key in observed if key.startswith("premium.")} == {f"premium.{code}" for code in CODES}
        assert (tmp_path / "tokenizer-gpt2.json").is_file()

    def test_table_and_chart_are_written(
        self, bytes_only: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        names = ("--table", "costs.csv", "--chart", "costs.html")
        assert self.run(str(bytes_only), "--parallel", str(OWN), *names) == 0
        rows = (tmp_path / "costs.csv").read_text(encoding="utf-8").splitlines()
        assert rows[0].startswith("language,name,tokens,bytes,characters,unknown_characters,premium,to_english")
        assert len(rows) == 9
        assert "हिन्दी" in (tmp_path / "costs.html").read_text(encoding="utf-8")

    def test_bad_input_ends_with_two_and_writes_nothing(
        self, bytes_only: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        chart = tmp_path / "chart.html"
        assert self.run(str(bytes_only), "--parallel", str(tmp_path), "--chart", str(chart)) == 2
        assert "at least 2 are needed" in capsys.readouterr().err
        assert not chart.exists()

    def test_it_speaks_chinese(self, bytes_only: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--lang", "zh", "measure", "tokenizer", str(bytes_only), "--parallel", str(OWN)]) == 0
        assert "词元" in capsys.readouterr().out
