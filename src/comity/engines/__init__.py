"""The engines: each module folds the typed tree of a formula in its own way, and knows nothing of law or files.

`kleene` answers for one system, with a trace; `columnar` for a table of systems. What they compute is the same, and tests hold
them to it. A further engine is one more module with one function over `clauses.tree.Expression`.
"""
