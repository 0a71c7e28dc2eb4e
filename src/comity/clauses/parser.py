"""Tokens to a syntax tree, by the grammar and precedence of the CEL specification, for the subset that Comity reads.

What is valid CEL but outside the subset (macros, maps, messages, indexing, division …) is refused by name, so that an author
sees the difference between a slip and a limit.
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
RELATIONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_INT_MAXIMUM = 2**63 - 1


def parse(text: str) -> Syntax:
    """The syntax tree of a formula.

    Raises:
        FormulaError: the text is not CEL, or CEL outside the subset, or too long or too deep.
    """
    parser = _Parser(text)
    tree = parser.expression()
    if parser.token.kind != "end":
        parser.unexpected()
    return tree


class _Parser:
    """Recursive descent, one method a rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.index = 0
        self.token = self.tokens[0]
        self.open = 0

    def advance(self) -> Token:
        token = self.token
        self.index += 1
        self.token = self.tokens[self.index]
        return token

    def accept(self, mark: str) -> bool:
        if self.token.text == mark and self.token.kind == "mark":
            self.advance()
            return True
        return False

    def expect(self, mark: str, opened: Token | None = None) -> int:
        if self.token.text != mark or self.token.kind != "mark":
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
            message = Message('"{word}" is not expected here', word=token.text[:40])
            if token.kind == "word" and token.text in {"and", "or", "not"}:
                sign = {"and": "&&", "or": "||", "not": "!"}[token.text]
                hint = Message("write {sign}", sign=sign)
        raise FormulaError(message, text=self.text, span=(token.start, token.end), hint=hint)

    def outside(self, what: Message, span: Span, hint: Message | None = None) -> NoReturn:
        raise FormulaError(what, text=self.text, span=span, hint=hint, outside_subset=True)

    def deepen(self, *below: Syntax) -> int:
        depth = 1 + max((node.depth for node in below), default=0)
        if depth > MAXIMUM_DEPTH:
            self.too_deep()
        return depth

    def too_deep(self) -> NoReturn:
        message = Message("the formula is nested more than {limit} levels deep", limit=MAXIMUM_DEPTH)
        raise FormulaError(message, text=self.text, span=(self.token.start, self.token.end))

    def expression(self) -> Syntax:
        self.open += 1
        if self.open > MAXIMUM_DEPTH:
            self.too_deep()
        condition = self.logic("||", self.conjunction)
        if self.accept("?"):
            then = self.logic("||", self.conjunction)
            self.expect(":")
            otherwise = self.expression()
            span = (condition.span[0], otherwise.span[1])
            condition = Choice(condition, then, otherwise, span, self.deepen(condition, then, otherwise))
        self.open -= 1
        return condition

    def conjunction(self) -> Syntax:
        return self.logic("&&", self.relation)

    def logic(self, operator: str, below: Callable[[], Syntax]) -> Syntax:
        first = below()
        if self.token.text != operator:
            return first
        operands = [first]
        while self.accept(operator):
            operands.append(below())
        span = (first.span[0], operands[-1].span[1])
        return Operation(operator, tuple(operands), span, self.deepen(*operands))

    def relation(self) -> Syntax:
        left = self.sum()
        while self.token.text in RELATIONS and self.token.kind in {"mark", "word"}:
            left = self.join(left, self.advance(), self.sum())
        return left

    def sum(self) -> Syntax:
        left = self.product()
        while self.token.kind == "mark" and self.token.text in {"+", "-"}:
            left = self.join(left, self.advance(), self.product())
        return left

    def product(self) -> Syntax:
        left = self.unary()
        while self.token.kind == "mark" and self.token.text in {"*", "/", "%"}:
            operator = self.advance()
            right = self.unary()
            if operator.text != "*":
                message = Message('"{operator}" is not part of the clause language', operator=operator.text)
                hint = Message("multiply instead: a <= 0.5 * b")
                self.outside(message, (operator.start, operator.end), hint)
            left = self.join(left, operator, right)
        return left

    def join(self, left: Syntax, operator: Token, right: Syntax) -> Syntax:
        return Operation(operator.text, (left, right), (left.span[0], right.span[1]), self.deepen(left, right))

    def unary(self) -> Syntax:
        token = self.token
        if token.kind != "mark" or token.text not in {"!", "-"}:
            return self.member()
        signs: list[Token] = []
        while self.token.kind == "mark" and self.token.text == token.text:
            signs.append(self.advance())
        following = self.token
        if token.text == "-" and following.kind in {"int", "double"}:
            signs.pop()
            operand: Syntax = self.negative_number(following)
        else:
            operand = self.member()
        for sign in reversed(signs):
            operand = Prefix(sign.text, operand, (sign.start, operand.span[1]), self.deepen(operand))
        return operand

    def negative_number(self, token: Token) -> Syntax:
        self.advance()
        start = token.start - 1
        if token.kind == "double":
            return self.after_literal(Literal(-float(token.text), (start, token.end)))
        value = int(token.text, 0)
        if value > _INT_MAXIMUM + 1:
            self.too_large(token)
        return self.after_literal(Literal(-value, (start, token.end)))

    def too_large(self, token: Token) -> NoReturn:
        message = Message("the number does not fit in 64 bits")
        raise FormulaError(message, text=self.text, span=(token.start, token.end), hint=Message("write it as 1e26"))

    def member(self) -> Syntax:
        token = self.token
        kind = token.kind
        if kind == "word" and token.text not in KEYWORDS:
            return self.name()
        if kind == "mark" and token.text in {"(", "[", "{", "."}:
            return self.bracketed()
        self.advance_over_literal()
        span = (token.start, token.end)
        if kind == "string":
            return self.after_literal(Literal(string_value(token, self.text), span))
        if kind == "int":
            value = int(token.text, 16 if token.text.startswith("0x") else 10)
            if value > _INT_MAXIMUM:
                self.too_large(token)
            return self.after_literal(Literal(value, span))
        if kind == "double":
            number = float(token.text)
            if number == float("inf"):
                self.too_large(token)
            return self.after_literal(Literal(number, span))
        if kind == "unsigned":
            self.outside(Message("unsigned integers are not part of the clause language"), span)
        if token.text == "null":
            self.outside(Message("null is not part of the clause language"), span, self.no_test_of_knowledge())
        return self.after_literal(Literal(token.text == "true", span))

    def advance_over_literal(self) -> None:
        token = self.token
        if token.kind in {"string", "int", "double", "unsigned"} or token.text in {"true", "false", "null"}:
            self.advance()
        elif token.kind == "quoted":
            self.outside(Message("names in backquotes are not part of the clause language"), (token.start, token.end))
        else:
            self.unexpected()

    @staticmethod
    def no_test_of_knowledge() -> Message:
        return Message("a formula may not ask whether a fact is known: an unknown fact makes it unknown by itself")

    def after_literal(self, literal: Syntax) -> Syntax:
        token = self.token
        if token.kind == "mark" and token.text in {".", "[", "{"}:
            following = self.tokens[self.index + 1]
            if token.text == "." and following.kind not in {"word", "quoted"}:
                self.advance()
                self.unexpected()
            if token.text == "{":
                self.unexpected()
            message = Message("fields and elements of values are not part of the clause language")
            self.outside(message, (token.start, following.end))
        return literal

    def name(self) -> Syntax:
        first = self.advance()
        if first.text in RESERVED:
            self.index -= 1
            self.token = first
            self.unexpected()
        words = [first.text]
        end = first.end
        while self.token.kind == "mark" and self.token.text == ".":
            self.advance()
            word = self.token
            if word.kind == "quoted":
                message = Message("names in backquotes are not part of the clause language")
                self.outside(message, (word.start, word.end))
            if word.kind != "word" or word.text in KEYWORDS:
                self.unexpected()
            self.advance()
            words.append(word.text)
            end = word.end
        name = ".".join(words)
        if self.token.kind == "mark" and self.token.text == "(":
            return self.call(name, (first.start, end))
        if self.token.kind == "mark" and self.token.text in {"[", "{"}:
            message = Message("fields and elements of values are not part of the clause language")
            self.outside(message, (self.token.start, self.token.end))
        return Name(name, (first.start, end))

    def call(self, name: str, span: Span) -> Syntax:
        opened = self.advance()
        arguments = self.items(")", opened)
        end = self.tokens[self.index - 1].end
        if name not in FUNCTIONS:
            last = name.rsplit(".", 1)[-1]
            hint = None
            if last == "has":
                hint = self.no_test_of_knowledge()
            elif last in {"contains", "containsAll", "intersects", "exists", "all"}:
                hint = Message("for sets write sets.contains(fact, [...]) or sets.intersects(fact, [...])")
            elif last == "timestamp":
                hint = Message('write date("2026-08-02")')
            message = Message("the function {name}() is not part of the clause language", name=name)
            self.outside(message, span, hint)
        return self.after_literal(Call(name, arguments, (span[0], end), self.deepen(*arguments)))

    def bracketed(self) -> Syntax:
        opened = self.advance()
        if opened.text == "(":
            inner = self.expression()
            self.expect(")", opened)
            return self.after_literal(inner)
        if opened.text == "[":
            if self.token.text == "?" and self.token.kind == "mark":
                message = Message("optional values are not part of the clause language")
                self.outside(message, (self.token.start, self.token.end))
            items = self.items("]", opened)
            end = self.tokens[self.index - 1].end
            return self.after_literal(ListLiteral(items, (opened.start, end), self.deepen(*items)))
        if opened.text == "{":
            self.outside(Message("maps are not part of the clause language"), (opened.start, opened.end))
        if self.token.kind != "word" or self.token.text in KEYWORDS:
            self.unexpected()
        hint = Message("write the name without the dot in front")
        self.outside(Message("a name does not begin with a dot here"), (opened.start, opened.end), hint)

    def items(self, closing: str, opened: Token) -> tuple[Syntax, ...]:
        found: list[Syntax] = []
        while not (self.token.kind == "mark" and self.token.text == closing):
            found.append(self.expression())
            if not self.accept(","):
                break
            if closing == ")" and self.token.text == ")":
                self.unexpected()
        self.expect(closing, opened)
        return tuple(found)
