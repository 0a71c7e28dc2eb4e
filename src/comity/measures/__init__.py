"""Measures: code that establishes facts from a real artefact and writes them as a statement. One file a measure."""
