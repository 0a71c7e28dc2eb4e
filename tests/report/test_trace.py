"""The trace of a judgement as nodes: each sub-formula as it is written, with its value."""

from __future__ import annotations

from collections.abc import Callable

from comity.questions.assess import Assessment
from comity.report.trace import TraceNode, cut, trace_nodes, walk

Assessed = Callable[..., Assessment]


def parts(assessment: Assessment, clause: str) -> dict[str, TraceNode]:
    result = next(result for result in assessment.results if result.clause.full_id == clause)
    return dict(trace_nodes(result.judgement, assessment.library))


def test_the_parts_come_in_the_order_in_which_they_decide(assessed: Assessed) -> None:
    assert list(parts(assessed(), "xa-act/2-report")) == ["scope", "actor", "when", "unless", "require"]


def test_a_node_has_its_text_its_value_and_its_facts(assessed: Assessed) -> None:
    require = parts(assessed(), "xa-act/1-refuse")["require"]
    assert (require.operator, require.value) == ("and", False)
    assert [(child.text, child.value) for child in require.children] == [
        ("test.sample_size >= 300", True),
        ("test.refusal_rate >= 0.95", False),
    ]
    assert [child.children[0].fact for child in require.children] == ["test.sample_size", "test.refusal_rate"]
    assert require.children[1].children[0].value == 0.5


def test_a_definition_is_unfolded_in_its_own_text(assessed: Assessed) -> None:
    assessment = assessed()
    when = parts(assessment, "xa-act/2-report")["when"]
    assert when.definition == "xa.large_model"
    (body,) = when.children
    assert body.text == " ".join(assessment.library.vocabulary.definitions["xa.large_model"].text.split())


def test_no_text_of_the_shipped_library_is_cut_in_the_middle(real: Assessment) -> None:
    for result in real.results:
        for _, top in trace_nodes(result.judgement, real.library):
            for _, node in walk(top):
                assert node.text.count("(") == node.text.count(")"), node.text


def test_outer_parentheses_are_taken_in_again() -> None:
    text = "(a || b) && (c ||\n  (d))"
    assert cut(text, (1, 7)) == "a || b"
    assert cut(text, (1, 22)) == "(a || b) && (c || (d))"
