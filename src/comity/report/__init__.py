"""Answers to paper: text, HTML, Markdown and JSON. Nothing is decided here; every word goes through the language."""
