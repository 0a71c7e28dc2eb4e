"""Which data cross a border? The one question of `comity init` whose answer is a list: every flow with where it comes from and goes to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.cli.init import Answers
from comity.documents import fields as read
from comity.documents.reading import Scalar
from comity.dossier.answer import NO
from comity.dossier.collections import element_id
from comity.dossier.model import Basis, Entry
from comity.errors import ComityError, InputError, Place
from comity.language import Message
from comity.library.elements import element_name
from comity.library.model import ELEMENT_NAMES
from comity.questions.routes import FLOW, FROM, TO

if TYPE_CHECKING:
    from comity.cli.init import Dialogue
    from comity.library.loader import Library
    from comity.questions.ask import Inquiry

_PLACE = Place("answer")
_FORM = re.compile(r"\s*([^\s:：]+)\s*[:：]\s*([^\s>→]+?)\s*(?:->|>|→)\s*(\S+)\s*")


def ask_flows(dialogue: Dialogue, inquiry: Inquiry) -> Answers:
    """The flows that a person names, one a line, with where each comes from and goes to.

    Nothing is asked where no clause is about a flow. Who does not know yet says nothing of flows; "no" says that there is none.
    """
    library = inquiry.library
    if not {FROM, TO} <= inquiry.mentioned or not any(clause.subject == FLOW for clause in inquiry.clauses):
        return Answers({}, {})
    say = dialogue.words.say
    dialogue.say(say("Do data of this system cross a border? Name each flow in a line of its own.") + "\n")
    dialogue.say(say("No flow at all: no. Not known yet, or no more: Enter.") + "\n")
    entries: dict[str, Entry] = {}
    flows: list[str] = []
    while True:
        typed = dialogue.ask(say("Flow, for example payroll: cn > eu: "))
        if not typed:
            return Answers(entries, {FLOW: tuple(flows)} if flows else {})
        if typed.lower() in NO and not flows:
            return Answers({}, {FLOW: ()})
        try:
            name, *found = _flow(typed, library, flows)
        except ComityError as error:
            dialogue.complain(InputError(error.message, hint=error.hint))
        else:
            flows.append(name)
            entries |= {entry.fact: entry for entry in found}


def _flow(typed: str, library: Library, known: list[str]) -> tuple[str, Entry, Entry]:
    """A flow as a person writes it: its name, where it comes from and where it goes.

    Raises:
        InputError: it is not of that form.
    """
    parts = _FORM.fullmatch(typed)
    if parts is None:
        raise InputError(Message('"{text}" is no flow', text=typed[:80]), hint=Message("write name: from > to"))
    name = element_id(Scalar(parts[1], plain=True, place=_PLACE))
    if name in known:
        raise InputError(Message('the {subject} "{id}" stands twice', subject=ELEMENT_NAMES[FLOW], id=name))
    ends = [
        Entry(
            element_name(fact, name),
            read.value(Scalar(text, plain=True, place=_PLACE), library.vocabulary.types[fact]),
            {},
            Basis("declared", None, None, _PLACE),
        )
        for fact, text in ((FROM, parts[2]), (TO, parts[3]))
    ]
    return name, ends[0], ends[1]
