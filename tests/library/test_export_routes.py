"""The shipped rules on data that leave give the routes that the law gives, in its order: exempt, assessment, contract or certificate.

Oracle, written down by hand: the thresholds of China's Provisions on Promoting and Regulating Cross-Border Data Flows (Arts. 3-8), and the
routes of Arts. 45-46 GDPR.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from comity.dossier.model import Dossier
from comity.library.loader import Library, load_library
from comity.questions.assess import assess
from comity.questions.routes import FlowRoutes

ON = date(2026, 11, 22)
NONE: set[tuple[str, ...]] = {()}
ASSESSMENT = {("security_assessment",)}
ANY = {("security_assessment",), ("standard_contract",), ("personal_information_certification",)}
SENSITIVE = "[personal, sensitive_personal]"
HEAD = """comity: 1
system: {id: x}
markets: [eu, cn]
facts:
  organisation.kinds: []
  organisation.established_in_market: true
  system.exempt_contexts: []
  system.offered_to_public: true
  system.profiles_persons: false
  dataset.contents: [personal]
"""


@cache
def library() -> Library:
    return load_library()


def routes(tmp_path: Path, jurisdiction: str, roles: str, flow: dict[str, str]) -> FlowRoutes:
    """How one flow stands in one place."""
    facts = ", ".join(f"{name}: {value}" for name, value in flow.items())
    text = f"{HEAD}  organisation.roles: [{roles}]\nflows: [{{id: a, {facts}}}]\n"
    (tmp_path / "comity.yaml").write_text(text, encoding="utf-8")
    found = assess(Dossier.load(tmp_path, library()), library(), on=ON).routes
    return next(answer for answer in found if answer.jurisdiction == jurisdiction)


def alternatives(answer: FlowRoutes) -> set[tuple[str, ...]]:
    """The sets that would do; every one for certain."""
    assert all(alternative.certain for alternative in answer.alternatives)
    return {tuple(sorted(alternative.routes)) for alternative in answer.alternatives}


@pytest.mark.parametrize(
    ("changed", "roles", "wanted"),
    [
        ({"persons_this_year": "99999"}, "controller", NONE),
        ({"persons_this_year": "100000"}, "controller", ANY),
        ({"persons_this_year": "999999"}, "controller", ANY),
        ({"persons_this_year": "1000000"}, "controller", ASSESSMENT),
        ({"contains": SENSITIVE, "sensitive_persons_this_year": "1"}, "controller", ANY),
        ({"contains": SENSITIVE, "sensitive_persons_this_year": "9999"}, "controller", ANY),
        ({"contains": SENSITIVE, "sensitive_persons_this_year": "10000"}, "controller", ASSESSMENT),
        ({"contains": "[personal, important_data]"}, "controller", ASSESSMENT),
        ({"purpose": "human_resources", "persons_this_year": "5000000"}, "controller", NONE),
        ({"purpose": "contract_with_person", "persons_this_year": "5000000"}, "controller", NONE),
        ({"purpose": "human_resources", "contains": "[personal, important_data]"}, "controller", ASSESSMENT),
        ({}, "controller, critical_infrastructure_operator", ASSESSMENT),
        ({"to": "cn", "persons_this_year": "5000000"}, "controller", NONE),
        ({"from": "eu", "to": "us", "persons_this_year": "5000000"}, "controller", NONE),
    ],
)
def test_china(tmp_path: Path, changed: dict[str, str], roles: str, wanted: set[tuple[str, ...]]) -> None:
    flow = {
        "from": "cn",
        "to": "eu",
        "contains": "[personal]",
        "purpose": "regular_business",
        "persons_this_year": "50",
        "sensitive_persons_this_year": "0",
        "routes": "[]",
    }
    answer = routes(tmp_path, "cn", roles, flow | changed)
    assert alternatives(answer) == wanted
    assert answer.state == ("not_needed" if wanted == NONE else "missing")


SAFEGUARDED = {"standard_contract", "binding_corporate_rules", "approved_ad_hoc_clauses", "code_or_certification"}


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, {("adequacy_decision",), *((route,) for route in SAFEGUARDED)}),
        ({"to": "eu"}, NONE),
        ({"from": "cn"}, NONE),
        ({"purpose": "legal_claim"}, NONE),
        ({"contains": "[trade_secret]"}, NONE),
    ],
)
def test_the_european_union(tmp_path: Path, changed: dict[str, str], wanted: set[tuple[str, ...]]) -> None:
    flow = {"from": "eu", "to": "us", "contains": "[personal]", "purpose": "regular_business", "safeguards": "[]"}
    answer = routes(tmp_path, "eu", "controller", flow | {"routes": "[]"} | changed)
    assert alternatives(answer) == wanted
    for alternative in answer.alternatives:
        unmet = {clause.cite for clause in alternative.not_met}
        assert ("Art. 46(1)" in unmet) is (bool(alternative.routes & SAFEGUARDED))
