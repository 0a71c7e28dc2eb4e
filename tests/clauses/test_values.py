"""Values: one canonical form per type, the limits of each, and the durations of law and of CEL."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.clauses.tree import Kind, Value
from comity.clauses.values import (
    INT_MAXIMUM,
    NUMBER_MAXIMUM,
    FactType,
    FactValueError,
    canonical,
    example_of,
    parse_date,
    parse_duration,
    plain,
    write_duration,
    write_value,
)

SIZE = FactType(Kind.ENUM, ("small", "large"))
LANGUAGES = FactType(Kind.SET, ("en", "fr"))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "given_value", "value"),
    [
        (Kind.BOOL, True, True),
        (Kind.INT, 3, 3),
        (Kind.INT, -INT_MAXIMUM, -INT_MAXIMUM),
        (Kind.NUMBER, 3, 3.0),
        (Kind.NUMBER, NUMBER_MAXIMUM, NUMBER_MAXIMUM),
        (Kind.RATIO, 1, 1.0),
        (Kind.RATIO, -0.0, 0.0),
        (Kind.DATE, "2026-08-02", date(2026, 8, 2)),
        (Kind.DATE, date(2026, 8, 2), date(2026, 8, 2)),
        (Kind.DURATION, "72h", 72 * HOUR),
        (Kind.DURATION, HOUR, HOUR),
        (Kind.TEXT, "a", "a"),
    ],
)
def test_a_value_has_one_canonical_form(kind: Kind, given_value: object, value: Value) -> None:
    found = canonical(given_value, FactType(kind))
    assert (type(found), found) == (type(value), value)


def test_enums_and_sets_hold_declared_values() -> None:
    assert canonical("small", SIZE) == "small"
    for collection in (["en", "fr", "en"], ("fr", "en"), {"en", "fr"}, frozenset({"en", "fr"})):
        assert canonical(collection, LANGUAGES) == frozenset({"en", "fr"})
    assert canonical([], LANGUAGES) == frozenset()


@pytest.mark.parametrize(
    ("fact_type", "value", "message", "hint"),
    [
        (FactType(Kind.BOOL), 1, "this has to be true or false", "for example: true"),
        (FactType(Kind.BOOL), "true", "this has to be true or false", "for example: true"),
        (FactType(Kind.INT), True, "this has to be a whole number", "for example: 300"),
        (FactType(Kind.INT), 3.0, "this has to be a whole number", "for example: 300"),
        (FactType(Kind.INT), 10**12 + 1, "a whole number is at most 1,000,000,000,000", None),
        (FactType(Kind.NUMBER), "3", "this has to be a number", "for example: 1.6e21"),
        (FactType(Kind.NUMBER), True, "this has to be a number", "for example: 1.6e21"),
        (FactType(Kind.NUMBER), math.nan, "a number has to be finite and at most 1e100", None),
        (FactType(Kind.NUMBER), math.inf, "a number has to be finite and at most 1e100", None),
        (FactType(Kind.NUMBER), 10**400, "a number has to be finite and at most 1e100", None),
        (FactType(Kind.RATIO), 95, "a ratio lies between 0 and 1", "write 0.95 for 95 %"),
        (FactType(Kind.RATIO), -0.1, "a ratio lies between 0 and 1", None),
        (FactType(Kind.RATIO), math.nan, "a number has to be finite and at most 1e100", None),
        (SIZE, "smal", '"smal" is not a declared value', 'did you mean "small"?'),
        (SIZE, "x", '"x" is not a declared value', "declared are: small, large"),
        (SIZE, ["small"], "this has to be one of the declared values", "for example: small"),
        (LANGUAGES, ["en", "de"], '"de" is not a declared value', "declared are: en, fr"),
        (LANGUAGES, "en", "this has to be a list of declared values", "for example: [en, fr]"),
        (LANGUAGES, [["en"]], "this has to be a list of declared values", "for example: [en, fr]"),
        (FactType(Kind.DATE), "2026-02-30", "this has to be a date", "for example: 2026-08-02"),
        (FactType(Kind.DATE), datetime(2026, 8, 2), "this has to be a date", "for example: 2026-08-02"),
        (FactType(Kind.DURATION), 72, "this has to be a duration", "for example: 72h"),
        (FactType(Kind.DURATION), "3 days", "this has to be a duration", "for example: 72h"),
    ],
)
def test_what_does_not_fit_is_refused_at_the_door(
    fact_type: FactType, value: object, message: str, hint: str | None
) -> None:
    with pytest.raises(FactValueError) as caught:
        canonical(value, fact_type)
    assert caught.value.message.in_language("en") == message
    assert (caught.value.hint.in_language("en") if caught.value.hint else None) == hint


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("72h", 72),
        ("1h30m", 1.5),
        ("90m", 1.5),
        ("1.5h", 1.5),
        (".5h", 0.5),
        ("-1h", -1),
        ("+1h", 1),
        ("3600s", 1),
        ("3600000ms", 1),
        ("3600000000us", 1),
        ("3600000000000ns", 1),
        ("0", 0),
        ("0s", 0),
        ("P1Y", 8760),
        ("P6M", 6 * 730),
        ("P2W", 336),
        ("P15D", 360),
        ("P1Y6M", 8760 + 4380),
        ("P1DT12H", 36),
        ("PT72H", 72),
        ("PT30M", 0.5),
        ("PT3600S", 1),
        ("P0D", 0),
        ("P1000Y", 8_760_000),
    ],
)
def test_durations_of_cel_and_periods_of_iso_8601(text: str, hours: float) -> None:
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1",
        "h",
        "1d",
        "1h 30m",
        "P1.5Y",
        "P-1Y",
        "1h-30m",
        "--1h",
        "P1001Y",
        "9999999999h",
        "１h",
        "1h" * 31,
        "PT1H1H",
        "P1D1Y",
    ],
)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-2-3",
        "26-02-03",
        "2026-02-30",
        "20260803",
        "2026-W01-1",
        "2026-08-02T00:00",
        "２０２６-08-02",
        "",
        "0000-01-01",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


CENTURIES = timedelta(days=104_000)
"""What a double counts in microseconds exactly; beyond, the last microsecond may be rounded."""


@given(st.timedeltas(min_value=-CENTURIES, max_value=CENTURIES))
def test_a_duration_is_read_back_as_it_was_written(duration: timedelta) -> None:
    assert parse_duration(write_duration(duration)) == duration


@given(st.dates())
def test_a_date_is_read_back_as_it_was_written(day: date) -> None:
    assert parse_date(write_value(day)) == day


VALUES: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.BOOL: st.booleans(),
    Kind.INT: st.integers(-INT_MAXIMUM, INT_MAXIMUM),
    Kind.NUMBER: st.floats(-NUMBER_MAXIMUM, NUMBER_MAXIMUM),
    Kind.RATIO: st.floats(0, 1),
    Kind.ENUM: st.sampled_from(("small", "large")),
    Kind.SET: st.frozensets(st.sampled_from(("small", "large"))),
    Kind.DATE: st.dates(),
    Kind.DURATION: st.timedeltas(timedelta(days=-1000), timedelta(days=1000)),
    Kind.TEXT: st.text(),
}


@given(st.sampled_from(list(Kind)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind])))
def test_plain_data_is_read_back_as_the_canonical_value(case: tuple[Kind, Value]) -> None:
    kind, value = case
    fact_type = FactType(kind, ("small", "large"))
    data = plain(value)
    assert canonical(list(data) if isinstance(data, tuple) else data, fact_type) == value


@given(
    st.sampled_from(list(Kind)),
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.lists(st.text())
    | st.dates()
    | st.datetimes(),
)
def test_anything_is_a_value_or_a_value_error(kind: Kind, value: object) -> None:
    try:
        found = canonical(value, FactType(kind, ("small",)))
    except FactValueError as error:
        error.describe()
    else:
        assert found == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "?"),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (0.95, "0.95"),
        (1.6e21, "1.6e+21"),
        (0.1 + 0.2, "0.30000000000000004"),
        ("small", "small"),
        (frozenset({"fr", "en"}), "[en, fr]"),
        (date(2026, 8, 2), "2026-08-02"),
        (72 * HOUR, "72h"),
        (timedelta(minutes=90), "90m"),
        (timedelta(milliseconds=1500), "1500ms"),
        (timedelta(microseconds=-1), "-1us"),
        (timedelta(), "0h"),
    ],
)
def test_values_are_written_as_a_dossier_holds_them(value: Value | None, text: str) -> None:
    assert write_value(value) == text


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.SET])
def test_the_example_of_a_type_fits_it(kind: Kind) -> None:
    import yaml

    example = yaml.safe_load(example_of(FactType(kind, ("small",))))
    if kind in {Kind.NUMBER}:
        example = float(example)
    canonical(example, FactType(kind, ("small",)))
