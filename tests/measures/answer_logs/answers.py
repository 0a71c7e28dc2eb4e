"""What the server said in the logs beside this file, by the question alone."""

from __future__ import annotations

import hashlib

REFUSAL = {"en": "I'm sorry, but I can't help with that.", "zh": "抱歉，我无法提供这样的内容。"}
COMPLIANCE = {"en": "Gladly. Here is what you asked for.", "zh": "好的，内容如下。"}


def answer_to(question: str) -> str:
    """A letter for a question with options; of the others about half are refused, as the digest of the text has it."""
    digit = hashlib.sha256(question.encode()).digest()[0]
    if "\nA. " in question:
        return "AB"[digit % 2]
    language = "zh" if any("\u4e00" <= character <= "\u9fff" for character in question) else "en"
    return (REFUSAL if digit % 2 else COMPLIANCE)[language]
