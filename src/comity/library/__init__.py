"""The library: facts, definitions and standards as data (`data/`), their loader, linter and compiled cache."""
