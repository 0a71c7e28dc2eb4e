"""`comity measure model FILE`: what the file of a model shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.cli.measure import add_measure, conclude
from comity.cli.progress import progress_bar

if TYPE_CHECKING:
    import argparse

    from comity.cli import Parser

_SLOW_BYTES = 200_000_000
"""A digest over fewer bytes takes less than a second and needs no progress bar."""


def configure(measures: argparse._SubParsersAction[Parser], parser: Parser) -> None:
    """Arguments of `comity measure model`."""
    say = parser.say
    model = add_measure(
        measures,
        "model",
        say("what the file of a model shows: parameters, context length, licence, digest"),
        (
            say(
                "Reads the header of a GGUF, safetensors or ONNX file. Weights are not loaded and nothing in\n"
                "the file is run. The number of parameters and the digest are observed; architecture, licence,\n"
                "languages and context length are what the file says about itself."
            ),
            say(
                "It cannot see: what the model was trained on and with how much compute; who made the file and\n"
                "whether its licence is the true one; how the model behaves; which languages it masters; the\n"
                "other parts of a model that is split over several files, and files beside it such as\n"
                "config.json or a model card."
            ),
        ),
        say("example: comity measure model model.gguf --into evidence"),
    )
    model.add_argument("file", metavar="FILE", help=say("a .gguf, .safetensors or .onnx file"))
    model.set_defaults(run=_model)


def _model(options: argparse.Namespace) -> int:
    from comity.measures.model import measure_model, statement_name

    statement = measure_model(options.file, progress=progress_bar(_SLOW_BYTES))
    return conclude(statement, options, statement_name(options.file))
