"""The clause language: a subset of the Common Expression Language (CEL), parsed, typed and ready for the engines.

text → `lexer` → `parser` (syntax tree) → `checker` (typed tree) → `formula.Formula`, which the engines fold.
Nothing here knows of files or of law; a vocabulary is given to it as plain types.
"""
