"""Broken dossiers, standards and formulas, as people write them. The message that each must get stands in bad_input.json."""

from __future__ import annotations

GOOD_HEAD = """comity: 1
system: {id: helper}
markets: [xa]
"""


def facts(lines: str) -> str:
    """A dossier with these lines below `facts:`."""
    return GOOD_HEAD + "facts:\n" + "".join(f"  {line}\n" for line in lines.split("\n"))


STANDARD_HEAD = """id: xa-new
title: {en: "New", zh: "新"}
publisher: {en: "P", zh: "甲"}
jurisdiction: xa
force: law
status: in_force
orientation: [ethics_rules]
version: "1"
as_of: 2026-11-22
in_force: {from: 2025-01-01}
sources: [{url: "https://example.org/new", title: "New"}]
scope: '"xa" in system.markets'
"""

CLAUSE = {
    "id": "1-x",
    "cite": '"Art. 1"',
    "topic": "safety",
    "title": '{en: "T", zh: "题"}',
    "text": '{en: "Text.", zh: "文。"}',
    "modality": "must",
    "actor": "provider",
    "require": "'system.generative'",
    "checked": "{on: 2026-11-22, against: primary}",
    "examples": "[{facts: {organisation.roles: [provider], system.generative: true}, verdict: met}, "
    "{facts: {organisation.roles: [provider], system.generative: false}, verdict: not_met}]",
}


def clause(**changed: str | None) -> str:
    """A standard with one clause, some of whose keys are changed (None: left out)."""
    keys = CLAUSE | changed
    lines = [f"{key}: {value}" for key, value in keys.items() if value is not None]
    return STANDARD_HEAD + "clauses:\n  - " + "\n    ".join(lines) + "\n"


def formula(text: str) -> str:
    """A standard whose one clause requires a formula."""
    return clause(require="'" + text.replace("'", "''") + "'", examples="[]")


DOSSIERS: dict[str, str] = {
    "empty file": "",
    "only a comment": "# nothing\n",
    "a list": "- a\n- b\n",
    "a word": "hello\n",
    "no version": "system: {id: x}\nmarkets: [xa]\n",
    "future version": "comity: 2\nsystem: {id: x}\nmarkets: [xa]\n",
    "no system": "comity: 1\nmarkets: [xa]\n",
    "system is a word": "comity: 1\nsystem: helper\nmarkets: [xa]\n",
    "system without id": "comity: 1\nsystem: {name: Helper}\nmarkets: [xa]\n",
    "no markets": "comity: 1\nsystem: {id: x}\n",
    "empty markets": "comity: 1\nsystem: {id: x}\nmarkets: []\n",
    "markets as a word": "comity: 1\nsystem: {id: x}\nmarkets: xa\n",
    "misspelt market": "comity: 1\nsystem: {id: x}\nmarkets: [xa, xn-north, xb-nroth]\n",
    "unknown top key": GOOD_HEAD + "fatcs: {}\n",
    "facts as a list": GOOD_HEAD + "facts: [a]\n",
    "misspelt fact": facts("test.refusal_rat: 0.9"),
    "fact of no library": facts("zebra.stripes: 3"),
    "definition given as fact": facts("xa.large_model: true"),
    "built-in fact": facts("system.markets: [xa]"),
    "ratio as per cent": facts("test.refusal_rate: 95"),
    "ratio with per cent sign": facts("test.refusal_rate: 95%"),
    "ratio as words": facts("test.refusal_rate: high"),
    "negative ratio": facts("test.refusal_rate: -0.1"),
    "yes for true": facts("system.generative: yes"),
    "quoted true": facts('system.generative: "true"'),
    "number for a truth value": facts("system.generative: 1"),
    "fraction for a whole number": facts("test.sample_size: 3.5"),
    "number with commas": facts("test.sample_size: 1,000"),
    "absurd whole number": facts("test.sample_size: 99999999999999999999"),
    "infinite number": facts("model.compute: .inf"),
    "not a number": facts("model.compute: .nan"),
    "huge number": facts("model.compute: 1e101"),
    "number with unit": facts("model.compute: 1e25 FLOP"),
    "duration without unit": facts("report.deadline: 72"),
    "duration in words": facts("report.deadline: three days"),
    "date in another order": facts("system.first_supplied: 31.12.2024"),
    "impossible date": facts("system.first_supplied: 2025-02-30"),
    "undeclared enum value": facts("system.risk_class: hihg"),
    "enum given a list": facts("system.risk_class: [low]"),
    "set given a word": facts("report.contents: cause"),
    "undeclared set value": facts("report.contents: [cause, mesures]"),
    "set in a set": facts("report.contents: [[cause]]"),
    "unknown basis": facts("test.sample_size: {value: 300, by: guessed}"),
    "documented without source": facts("test.sample_size: {value: 300, by: documented}"),
    "entry without value": facts("test.sample_size: {by: declared}"),
    "entry with unknown key": facts("test.sample_size: {value: 300, vaule: 200}"),
    "per market where it cannot differ": facts("test.sample_size: {value: 300, per_market: {xa: 200}}"),
    "per market for no market": facts("report.deadline: {value: 72h, per_market: {zz: 24h}}"),
    "two errors at once": facts("test.refusal_rate: 95\nsystem.generative: maybe"),
    "fact given twice": facts("test.sample_size: 300\ntest.sample_size: 200"),
    "tab indentation": GOOD_HEAD + "facts:\n\ttest.sample_size: 300\n",
    "unclosed bracket": GOOD_HEAD + "facts: {test.sample_size: 300\n",
    "a tag": facts("system.generative: !!python/object/apply:os.system [ls]"),
    "an anchor": GOOD_HEAD + "facts: &a {test.sample_size: 300}\n",
    "an alias": GOOD_HEAD + "facts: *a\n",
    "two documents": GOOD_HEAD + "---\ncomity: 1\n",
    "nested too deeply": GOOD_HEAD + "facts: " + "[" * 30 + "]" * 30 + "\n",
    "evidence elsewhere": GOOD_HEAD + "evidence: ../..\n",
    "evidence missing": GOOD_HEAD + "evidence: proofs/\n",
    "negative cost": GOOD_HEAD + "costs: {test.sample_size: -1}\n",
    "cost of no fact": GOOD_HEAD + "costs: {test.sampel_size: 1}\n",
}

FLOWS: dict[str, str] = {
    "a word": GOOD_HEAD + "flows: payroll\n",
    "a mapping": GOOD_HEAD + "flows: {payroll: {from: xa}}\n",
    "a list of words": GOOD_HEAD + "flows: [payroll]\n",
    "flow without id": GOOD_HEAD + "flows: [{from: xa}]\n",
    "id with spaces": GOOD_HEAD + "flows: [{id: my payroll}]\n",
    "id twice": GOOD_HEAD + "flows:\n- id: payroll\n- id: logs\n- id: payroll\n",
    "misspelt fact of a flow": GOOD_HEAD + "flows: [{id: payroll, rotues: [contract]}]\n",
    "fact of no flow": GOOD_HEAD + "flows: [{id: payroll, colour: red}]\n",
    "fact of the system": GOOD_HEAD + "flows: [{id: payroll, test.sample_size: 3}]\n",
    "fact of the organisation": GOOD_HEAD + "flows: [{id: payroll, storage: true}]\n",
    "fact by both names": GOOD_HEAD + "flows: [{id: payroll, from: xa, flow.from: xb}]\n",
    "fact given twice": GOOD_HEAD + "flows: [{id: payroll, from: xa, from: xb}]\n",
    "undeclared value": GOOD_HEAD + "flows: [{id: payroll, routes: [contarct]}]\n",
    "basis without source": GOOD_HEAD + "flows: [{id: payroll, routes: {value: [contract], by: documented}}]\n",
    "fact of a flow among the facts": GOOD_HEAD + "flows: [{id: payroll}]\nfacts: {flow.from: xa}\n",
    "named fact of a flow among the facts": GOOD_HEAD + "flows: [{id: payroll}]\nfacts: {flow.from@payroll: xa}\n",
    "fact of a flow and no flows": GOOD_HEAD + "flows: []\nfacts: {flow.from: xa}\n",
    "cost of a flow that is not there": GOOD_HEAD + "flows: [{id: payroll}]\ncosts: {flow.routes@pairoll: 3}\n",
    "misspelt key of the flows": GOOD_HEAD + "flow: [{id: payroll}]\n",
    "impossible flow": GOOD_HEAD + "flows: [{id: payroll, persons: -3}]\n",
}

STANDARDS: dict[str, str] = {
    "no id": STANDARD_HEAD.replace("id: xa-new\n", ""),
    "id with spaces": STANDARD_HEAD.replace("id: xa-new", "id: XA new"),
    "unknown jurisdiction": STANDARD_HEAD.replace("jurisdiction: xa", "jurisdiction: xq"),
    "unknown force": STANDARD_HEAD.replace("force: law", "force: lwa"),
    "source without https": STANDARD_HEAD.replace("https://", "http://"),
    "no Chinese title": STANDARD_HEAD.replace(', zh: "新"', ""),
    "wrong date": STANDARD_HEAD.replace("as_of: 2026-11-22", "as_of: 22/11/2026"),
    "ends before it begins": STANDARD_HEAD.replace("{from: 2025-01-01}", "{from: 2025-01-01, until: 2024-01-01}"),
    "scope names no fact": STANDARD_HEAD.replace('"xa" in system.markets', "system.generativ"),
    "scope names no market": STANDARD_HEAD.replace('"xa" in system.markets', '"xx" in system.markets'),
    "misspelt clause key": clause(requires="'true'", require=None),
    "clause without require": clause(require=None),
    "clause without citation": clause(cite=None),
    "clause without Chinese": clause(text='{en: "Text."}'),
    "unknown topic": clause(topic="safty"),
    "unknown role": clause(actor="provder"),
    "unknown modality": clause(modality="shall"),
    "unknown grade": clause(checked="{on: 2026-11-22, against: somebody}"),
    "no grade": clause(checked=None),
    "example without verdict": clause(examples="[{facts: {system.generative: true}}]"),
    "example with unknown fact": clause(examples="[{facts: {system.generativ: true}, verdict: met}]"),
    "example that is wrong": clause(
        examples="[{facts: {organisation.roles: [provider], system.generative: false}, verdict: met}, "
        "{facts: {organisation.roles: [provider], system.generative: false}, verdict: not_met}]"
    ),
    "no not_met example": clause(
        examples="[{facts: {organisation.roles: [provider], system.generative: true}, verdict: met}]"
    ),
    "clause id with capitals": clause(id="Art1"),
    "duty that nothing can decide": clause(require="unknowable", note='{en: "N", zh: "注"}'),
    "unknowable without a note": clause(require="unknowable", modality="should", examples="[]"),
    "unknowable with a met example": clause(require="unknowable", modality="may", note='{en: "N", zh: "注"}'),
    "unknowable in a formula": clause(require="'system.generative || unknowable'"),
    "unknown subject": clause(subject="flwo"),
    "subject without such facts": clause(subject="flow"),
}

FLOW_STANDARDS: dict[str, str] = {
    "facts of a flow without the subject": clause(require="'flow.persons < 3'", examples="[]"),
    "facts of a flow in a definition": clause(when="'xa.large_export'", examples="[]"),
    "facts of a flow in the scope": clause(examples="[]").replace('"xa" in system.markets', 'flow.from == "xa"'),
}

FORMULAS: dict[str, str] = {
    "unknown fact": "test.sampl_size >= 300",
    "ratio against per cent": "test.refusal_rate >= 95",
    "misspelt value": 'system.risk_class == "hihg"',
    "misspelt set value": 'sets.contains(report.contents, ["cause", "mesures"])',
    "duration against number": "report.deadline <= 72",
    "date against string": 'system.first_supplied >= "2024-01-01"',
    "wrong duration": 'report.deadline <= duration("three days")',
    "wrong date": 'system.first_supplied >= date("2024-13-01")',
    "single equals sign": 'system.risk_class = "low"',
    "the word and": "system.generative and test.sample_size > 1",
    "single ampersand": "system.generative & test.sample_size > 1",
    "curly quotes": "system.risk_class == “low”",
    "greater-or-equal sign": "test.sample_size ≥ 300",
    "asks whether known": "has(test.sample_size)",
    "null": "test.sample_size != null",
    "a number alone": "test.sample_size",
    "a set alone": "report.contents && system.generative",
    "an enum alone": "!system.risk_class",
    "division": "test.sample_size / 2 >= 100",
    "two facts multiplied": "test.sample_size * test.refusal_rate >= 100",
    "text compared": 'system.remark == "x"',
    "unclosed parenthesis": "(system.generative",
    "unclosed string": '"low == system.risk_class',
    "nothing after operator": "system.generative &&",
    "a method": 'report.contents.contains("cause")',
    "set compared": 'report.contents == ["cause"]',
    "order of enums": 'system.risk_class >= "middle"',
    "reserved word": "for > 1",
    "empty": " ",
    "too long": "true && " * 3000 + "true",
    "nested too deeply": "!(" * 200 + "true" + ")" * 200,
}
