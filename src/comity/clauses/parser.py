"""Tokens to a syntax tree, by the grammar and precedence of the CEL specification, for the subset that Comity reads.

The whole grammar of CEL is recognised. What is valid but outside the subset (macros, maps, messages, indexing, division …) is noted
and refused by name once the rest has proved to be CEL, so that an author sees the difference between a slip and a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from comity.clauses.errors import FormulaError
from comity.clauses.lexer import KEYWORDS, RESERVED, Token, string_value, tokens
from comity.clauses.syntax import (
    MAXIMUM_DEPTH,
    Call,
    Choice,
    ListLiteral,
    Literal,
    Name,
    Operation,
    Prefix,
    Span,
    Syntax,
)
from comity.language import Message

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTIONS = frozenset({"date", "duration", "sets.contains", "sets.intersects"})
PRECEDENCE = {"||": 1, "&&": 2} | dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 3) | {"+": 4, "-": 4}
PRECEDENCE |= dict.fromkeys(("*", "/", "%"), 5)
_SIGNS = {"and": "&&", "or": "||"}
_INT_MAXIMUM = 2**63 - 1
_UNSIGNED_MAXIMUM = 2**64 - 1
_FIELDS = Message("fields and elements of values are not part of the clause language")
_BACKQUOTES = Message("names in backquotes are not part of the clause language")
_OPTIONAL = Message("optional values are not part of the clause language")


def parse(text: str) -> Syntax:
    """The syntax tree of a formula.

    Raises:
        FormulaError: the text is not CEL, or CEL outside the subset, or too long or too deep.
    """
    parser = _Parser(text)
    tree = parser.expression()
    if parser.token.kind != "end":
        parser.unexpected()
    if parser.left_out is not None:
        raise parser.left_out
    return tree


class _Parser:
    """Recursive descent, by precedence where operators join.

    Operators and brackets are told by their text alone: no other token begins with the same character and has the same text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.index = 0
        self.token = self.tokens[0]
        self.open = 0
        self.left_out: FormulaError | None = None

    def advance(self) -> Token:
        token = self.token
        self.index += 1
        self.token = self.tokens[self.index]
        return token

    def accept(self, mark: str) -> bool:
        if self.token.text == mark:
            self.advance()
            return True
        return False

    def expect(self, mark: str, opened: Token | None = None) -> int:
        if self.token.text != mark:
            if self.token.kind == "end" and opened is not None:
                message = Message('"{mark}" is never closed', mark=opened.text)
                raise FormulaError(message, text=self.text, span=(opened.start, opened.end))
            self.unexpected(Message('"{mark}" is missing here', mark=mark))
        return self.advance().end

    def unexpected(self, hint: Message | None = None) -> NoReturn:
        token = self.token
        if token.kind == "end":
            message = Message("the formula ends too early")
            raise FormulaError(message, text=self.text, span=(max(0, token.start - 1), token.start), hint=hint)
        if token.text in RESERVED:
            message = Message('"{word}" is a reserved word of CEL', word=token.text)
        else:
            shown = token.text.strip("\"'") if token.kind == "string" else token.text
            message = Message('"{word}" is not expected here', word=shown[:40])
            previous = self.tokens[self.index - 1].text if self.index else ""
            sign = _SIGNS.get(token.text) or ("!" if previous == "not" else None)
            if sign is not None:
                hint = Message("write {sign}", sign=sign)
        raise FormulaError(message, text=self.text, span=(token.start, token.end), hint=hint)

    def outside(self, what: Message, span: Span, hint: Message | None = None) -> Syntax:
        """Note what is valid CEL but left out of the subset; what is returned only keeps its place."""
        if self.left_out is None:
            self.left_out = FormulaError(what, text=self.text, span=span, hint=hint, outside_subset=True)
        return Literal(False, span)

    def deepen(self, *below: Syntax) -> int:
        depth = 1 + max((node.depth for node in below), default=0)
        if depth > MAXIMUM_DEPTH:
            self.too_deep()
        return depth

    def too_deep(self) -> NoReturn:
        message = Message("the formula is nested more than {limit} levels deep", limit=MAXIMUM_DEPTH)
        raise FormulaError(message, text=self.text, span=(self.token.start, self.token.end))

    def expression(self) -> Syntax:
        condition = self.operation(1)
        if self.token.text != "?":
            return condition
        self.advance()
        then = self.operation(1)
        self.expect(":")
        self.open += 1
        otherwise = self.expression()
        self.open -= 1
        span = (condition.span[0], otherwise.span[1])
        return Choice(condition, then, otherwise, span, self.deepen(condition, then, otherwise))

    def operation(self, weakest: int) -> Syntax:
        """Operands joined by operators that bind at least as strongly as `weakest`."""
        self.open += 1
        if self.open > MAXIMUM_DEPTH:
            self.too_deep()
        left = self.unary()
        while (precedence := PRECEDENCE.get(self.token.text, 0)) >= weakest:
            operator = self.advance()
            operands = [left, self.operation(precedence + 1)]
            if precedence <= 2:
                while self.accept(operator.text):
                    operands.append(self.operation(precedence + 1))
            elif operator.text in {"/", "%"}:
                message = Message('"{operator}" is not part of the clause language', operator=operator.text)
                hint = Message("multiply instead: a <= 0.5 * b")
                self.outside(message, (operator.start, operator.end), hint)
            span = (left.span[0], operands[-1].span[1])
            left = Operation(operator.text, tuple(operands), span, self.deepen(*operands))
        self.open -= 1
        return left

    def unary(self) -> Syntax:
        sign = self.token
        if sign.text not in {"!", "-"}:
            return self.member()
        signs: list[Token] = []
        while self.token.text == sign.text and not self.at_negative_number():
            signs.append(self.advance())
        operand = self.member()
        for token in reversed(signs):
            operand = Prefix(token.text, operand, (token.start, operand.span[1]), self.deepen(operand))
        return operand

    def at_negative_number(self) -> bool:
        return self.token.text == "-" and self.tokens[self.index + 1].kind in {"int", "double"}

    def member(self) -> Syntax:
        token = self.token
        if token.kind == "word" and token.text not in KEYWORDS:
            node = self.name()
        elif token.text in {"(", "[", "{", "."}:
            node = self.bracketed()
        else:
            node = self.literal()
        while self.token.text in {".", "["}:
            node = self.selection()
        return node

    def selection(self) -> Syntax:
        """`.field`, `.method(…)` or `[index]` after a value that is not a plain name."""
        opened = self.advance()
        optional = self.accept("?")
        if opened.text == "[":
            self.expression()
            end = self.expect("]", opened)
        else:
            field = self.token
            if field.kind != "quoted" and (field.kind != "word" or field.text in KEYWORDS):
                self.unexpected()
            end = self.advance().end
            if self.token.text == "(" and field.kind == "word" and not optional:
                self.items(")", self.advance())
        return self.outside(_FIELDS, (opened.start, end))

    def literal(self) -> Syntax:
        sign = self.advance() if self.at_negative_number() else None
        token = self.token
        span = (sign.start if sign else token.start, token.end)
        if token.kind == "int":
            value: bool | int | float | str = self.whole(token, _INT_MAXIMUM + (sign is not None))
        elif token.kind == "double":
            value = float(token.text)
            if value == float("inf"):
                raise FormulaError(Message("the number is too large"), text=self.text, span=span)
        elif token.kind == "string":
            return self.string()
        elif token.text in {"true", "false"}:
            value = token.text == "true"
        else:
            return self.left_out_literal()
        self.advance()
        return Literal(-value if sign and not isinstance(value, str) else value, span)

    def whole(self, token: Token, maximum: int) -> int:
        digits = token.text.rstrip("uU").removeprefix("0x").lstrip("0") or "0"
        value = int(digits, 16 if token.text.startswith("0x") else 10) if len(digits) <= 20 else maximum + 1
        if value > maximum:
            self.too_large(token)
        return value

    def too_large(self, token: Token) -> NoReturn:
        message = Message("the number does not fit in 64 bits")
        raise FormulaError(message, text=self.text, span=(token.start, token.end), hint=Message("write it as 1e26"))

    def string(self) -> Syntax:
        token = self.advance()
        span = (token.start, token.end)
        value = string_value(token, self.text)
        if value is None:
            return self.outside(Message("bytes are not part of the clause language"), span)
        return Literal(value, span)

    def left_out_literal(self) -> Syntax:
        token = self.token
        if token.kind == "unsigned":
            self.whole(token, _UNSIGNED_MAXIMUM)
            message, hint = Message("unsigned integers are not part of the clause language"), None
        elif token.text == "null":
            message, hint = Message("null is not part of the clause language"), _no_test_of_knowledge()
        else:
            self.unexpected()
        self.advance()
        return self.outside(message, (token.start, token.end), hint)

    def name(self) -> Syntax:
        first = self.token
        if first.text in RESERVED:
            self.unexpected()
        name, end = self.advance().text, first.end
        while self.token.text == "." and self.tokens[self.index + 1].kind == "word":
            self.advance()
            word = self.token
            if word.text in KEYWORDS:
                self.unexpected()
            self.advance()
            name, end = f"{name}.{word.text}", word.end
        if self.token.text == "(":
            return self.call(name, (first.start, end))
        if self.token.text == "{":
            return self.message()
        if self.token.text == "." and self.tokens[self.index + 1].kind == "quoted":
            opened = self.advance()
            return self.outside(_BACKQUOTES, (opened.end, self.advance().end))
        return Name(name, (first.start, end))

    def call(self, name: str, span: Span) -> Syntax:
        opened = self.advance()
        arguments = self.items(")", opened)
        end = self.tokens[self.index - 1].end
        if name in FUNCTIONS:
            return Call(name, arguments, (span[0], end), self.deepen(*arguments))
        last = name.rsplit(".", 1)[-1]
        hint = None
        if last == "has":
            hint = _no_test_of_knowledge()
        elif last in {"contains", "containsAll", "intersects", "exists", "all"}:
            hint = Message("for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])")
        elif last == "timestamp":
            hint = Message('write date("2026-08-02")')
        message = Message("the function {name}() is not part of the clause language", name=name[:80])
        return self.outside(message, span, hint)

    def bracketed(self) -> Syntax:
        opened = self.advance()
        if opened.text == "(":
            inner = self.expression()
            self.expect(")", opened)
            return inner
        if opened.text == "[":
            items = self.items("]", opened)
            end = self.tokens[self.index - 1].end
            return ListLiteral(items, (opened.start, end), self.deepen(*items))
        if opened.text == "{":
            self.entries(opened, self.expression)
            return self.outside(Message("maps are not part of the clause language"), (opened.start, opened.end))
        if self.token.kind != "word" or self.token.text in KEYWORDS:
            self.unexpected()
        hint = Message("write the name without the dot in front")
        self.outside(Message("a name does not begin with a dot here"), (opened.start, opened.end), hint)
        return self.name()

    def items(self, closing: str, opened: Token) -> tuple[Syntax, ...]:
        """What stands between brackets, commas between; a list may have a comma at its end, and optional elements."""
        found: list[Syntax] = []
        while self.token.text not in {closing, ","}:
            if closing == "]":
                self.accept_optional()
            found.append(self.expression())
            if self.token.text != "," or self.tokens[self.index + 1].text == closing:
                break
            self.advance()
        if closing == "]":
            self.accept(",")
        self.expect(closing, opened)
        return tuple(found)

    def accept_optional(self) -> None:
        if self.token.text == "?":
            token = self.advance()
            self.outside(_OPTIONAL, (token.start, token.end))

    def message(self) -> Syntax:
        opened = self.advance()
        self.entries(opened, self.field)
        return self.outside(_FIELDS, (opened.start, opened.end))

    def field(self) -> Syntax:
        if self.token.kind != "quoted" and (self.token.kind != "word" or self.token.text in KEYWORDS):
            self.unexpected()
        token = self.advance()
        return Name(token.text, (token.start, token.end))

    def entries(self, opened: Token, key: Callable[[], Syntax]) -> None:
        """The `key: value` pairs of a map or a message."""
        while self.token.text not in {"}", ","}:
            self.accept_optional()
            key()
            self.expect(":")
            self.expression()
            if self.token.text != "," or self.tokens[self.index + 1].text == "}":
                break
            self.advance()
        self.accept(",")
        self.expect("}", opened)


def _no_test_of_knowledge() -> Message:
    return Message("a formula may not ask whether a fact is known: an unknown fact makes it unknown by itself")
