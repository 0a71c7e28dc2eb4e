"""Words of a list and patterns of personal data. Oracles: a naive search, and published example numbers."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.measures.corpus_content import Keywords, patterns_in, patterns_in_all, read_keywords


def test_words_stand_alone_where_a_script_writes_spaces() -> None:
    words = Keywords({"a": ["ass", "Straße"], "b": ["炸弹", "x"], "c": ["fresh bread"]})
    assert words.hits("a class of bassoons") == set()
    assert words.hits("an ass, a STRASSE") == {"a"}
    assert words.hits("制造炸弹的方法") == {"b"}
    assert words.hits("FRESH\n  bread!") == {"c"}
    assert words.hits("fresh breads") == set()
    assert words.hits("an x") == {"b"}
    assert words.hits("xx") == set()


def test_forms_of_a_character_are_one() -> None:
    assert Keywords({"a": ["ABC"]}).hits("ａｂｃ") == {"a"}


@given(
    st.lists(st.text("abcé ", min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=6),
    st.text("abcé .", max_size=40),
)
def test_hits_are_those_of_a_naive_search(words: list[str], text: str) -> None:
    """Oracle: a regular expression for every word, on the same text."""

    def plain(part: str) -> str:
        return " ".join(part.split())

    expected = {word for word in words if re.search(rf"(?<!\w){re.escape(plain(word))}(?!\w)", plain(text))}
    assert Keywords({word: [word] for word in words}).hits(text) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to anna.b+c@example.co.uk today", {"email"}),
        ("用户 测试@例子.公司 的邮箱", {"email"}),
        ("a @ b, user@host, @handle", set()),
        ("server 192.0.2.17.", {"ip"}),
        ("version 1.2.3.4.5 and 300.1.1.1", set()),
        ("at 2001:db8::7 there", {"ip"}),
        ("at 2001:0db8:0000:0000:0000:ff00:0042:8329", {"ip"}),
        ("at 12:30:45 std::vector ::", set()),
        ("身份证11010519491231002X。", {"id.cn_resident"}),
        ("身份证110105194912310021", set()),
        ("身份证11010519491331002X", set()),
        ("CPF 529.982.247-25", {"id.br_cpf"}),
        ("CPF 529.982.247-26 or 111.111.111-11", set()),
        ("DE89370400440532013000", {"id.iban"}),
        ("DE89370400440532013001", set()),
        ("card 4111 1111 1111 1111 or", {"id.payment_card"}),
        ("card 4111-1111-1111-1112", set()),
        ("card 4111111111111111", {"id.payment_card"}),
        ("0000 0000 0000 0000", set()),
    ],
)
def test_patterns(text: str, found: set[str]) -> None:
    """GB 11643's own example; IBAN and CPF examples as published; the test number that card schemes give out."""
    assert patterns_in(text) == found


@given(
    st.lists(st.text(st.sampled_from("aZ0149@.:- xé中\n"), max_size=40), max_size=6), st.randoms(use_true_random=False)
)
def test_many_texts_hold_what_each_of_them_holds(texts: list[str], generator: random.Random) -> None:
    """Oracle: `patterns_in`, text by text; real numbers and addresses stand among what looks nearly like them."""
    known = [
        "a@b.org",
        "192.0.2.17",
        "2001:db8::7",
        "1:2:3:4:5:6:7:8",
        "11010519491231002X",
        "529.982.247-25",
        "GB82WEST12345698765432",
    ]
    texts = [*texts, *(generator.choice(texts or [""]) + generator.choice(["", " "]) + one for one in known)]
    generator.shuffle(texts)
    assert patterns_in_all(texts, [text.encode() for text in texts]) == [patterns_in(text) for text in texts]


@pytest.mark.parametrize("text", ["", "1", "@", "::", "1.1", "12345", "AB12", "a@b.org"])
def test_signs_are_seen_at_the_end_of_all_texts(text: str) -> None:
    assert patterns_in_all([text], [text.encode()]) == [patterns_in(text)]


def test_no_texts_hold_nothing() -> None:
    assert patterns_in_all([], []) == []


@pytest.mark.parametrize(
    "text", ["1" * 200_000, "a." * 100_000, "a@" * 100_000, ":" * 100_000, "1." * 100_000, "4111 " * 40_000]
)
def test_hostile_texts_cost_little(text: str) -> None:
    patterns_in(text)


def test_lists_of_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("b: [no, 'yes']\na: [x]\n", encoding="utf-8")
    words = read_keywords(path)
    assert (words.categories, words.words) == (("a", "b"), 3)
    assert words.hits("no") == {"b"}
    path = tmp_path / "words.txt"
    path.write_text("\ufeffone\n\ntwo words\n", encoding="utf-8")
    assert read_keywords(path).words == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.yaml", b"[x, y]", "by category"),
        ("a.yaml", b"a: x", "a list of words"),
        ("a.yaml", b"a: [[x]]", "a word is wanted"),
        ("a.yaml", b"a: ['  ']", "1 to 200 characters"),
        ("a.yaml", b"a: []", "no words"),
        ("a.txt", b"\n\n", "no words"),
        ("a.txt", b"\xff\xfe", "not UTF-8"),
        ("a.txt", b"x" * 300, "1 to 200 characters"),
    ],
)
def test_bad_lists_are_refused(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_keywords(tmp_path / name)
