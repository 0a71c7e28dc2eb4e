"""Identifiers of licences: what model cards call a licence, and its name in the SPDX list.

Both sides are public identifiers. Only licences that both lists have are here; every other name is handed on as it is.
Source: the licences of Hugging Face model cards; SPDX License List 3.27.
"""

from __future__ import annotations

SPDX_BY_CARD = {
    "afl-3.0": "AFL-3.0",
    "agpl-3.0": "AGPL-3.0-only",
    "apache-2.0": "Apache-2.0",
    "artistic-2.0": "Artistic-2.0",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "bsd-3-clause-clear": "BSD-3-Clause-Clear",
    "bsl-1.0": "BSL-1.0",
    "cc-by-2.0": "CC-BY-2.0",
    "cc-by-3.0": "CC-BY-3.0",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "cc-by-nc-nd-4.0": "CC-BY-NC-ND-4.0",
    "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0",
    "cc-by-nd-4.0": "CC-BY-ND-4.0",
    "cc-by-sa-3.0": "CC-BY-SA-3.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc0-1.0": "CC0-1.0",
    "ecl-2.0": "ECL-2.0",
    "epl-2.0": "EPL-2.0",
    "eupl-1.1": "EUPL-1.1",
    "eupl-1.2": "EUPL-1.2",
    "gpl-3.0": "GPL-3.0-only",
    "isc": "ISC",
    "lgpl-3.0": "LGPL-3.0-only",
    "mit": "MIT",
    "mpl-2.0": "MPL-2.0",
    "mulanpsl-2.0": "MulanPSL-2.0",
    "ms-pl": "MS-PL",
    "ncsa": "NCSA",
    "odbl": "ODbL-1.0",
    "osl-3.0": "OSL-3.0",
    "unlicense": "Unlicense",
    "wtfpl": "WTFPL",
    "zlib": "Zlib",
}

_CARD_BY_SPDX = {spdx.lower(): card for card, spdx in SPDX_BY_CARD.items()}


def spdx_identifier(licence: str) -> str | None:
    """The SPDX identifier of a licence, whichever of its two names is given; None where it has none here."""
    name = licence.strip().lower()
    return SPDX_BY_CARD.get(name) or SPDX_BY_CARD.get(_CARD_BY_SPDX.get(name, ""))


def card_identifier(licence: str) -> str | None:
    """What a model card calls a licence, whichever of its two names is given; None where it has no name for it."""
    name = licence.strip().lower()
    return name if name in SPDX_BY_CARD else _CARD_BY_SPDX.get(name)
