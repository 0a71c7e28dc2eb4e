"""Croissant: the description of one data set in JSON-LD (MLCommons, versions 1.0 and 1.1, with the vocabulary for responsible AI).

The facts of the vocabulary are about all data of a system, a Croissant file is about one data set. So none follows from
it: everything stays an observation, under the digest of the file, for the person who says what the data of the system
are.
Source: Croissant 1.1 and Croissant RAI 1.0, format specifications.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from comity.errors import InputError
from comity.interchange.foreign_files import listed, table, word
from comity.interchange.found import Found, day_of
from comity.language import Message

if TYPE_CHECKING:
    from comity.interchange.foreign_files import ForeignFile
    from comity.library.loader import Library

METHOD = (
    "Description of a data set in Croissant read. It establishes no fact, because facts are about all data of a "
    "system and it is about one data set."
)
FORM = re.compile(r"https?://mlcommons\.org/croissant/(1\.\d+)/?")
OBSERVED = {
    "name": "name",
    "version": "version",
    "url": "url",
    "inLanguage": "languages",
    "keywords": "keywords",
    "citeAs": "cite_as",
    "isLiveDataset": "live_data_set",
    "datePublished": "published_on",
    "dateModified": "changed_on",
    "sdVersion": "description_version",
}
RAI = (
    "dataCollection",
    "dataCollectionType",
    "dataCollectionTimeframe",
    "dataCollectionMissingData",
    "dataCollectionRawData",
    "dataImputationProtocol",
    "dataManipulationProtocol",
    "dataPreprocessingProtocol",
    "dataAnnotationProtocol",
    "dataAnnotationPlatform",
    "dataAnnotationAnalysis",
    "annotationsPerItem",
    "annotatorDemographics",
    "machineAnnotationTools",
    "dataReleaseMaintenancePlan",
    "personalSensitiveInformation",
    "dataSocialImpact",
    "dataBiases",
    "dataLimitations",
    "dataUseCases",
)
"""Properties of the vocabulary for responsible AI."""
_DIGEST = re.compile("[0-9a-f]{64}")


def read_croissant(file: ForeignFile, library: Library) -> Found:
    """The content of a description.

    Raises:
        InputError: it is no Croissant of a known version.
    """
    del library  # nothing of the vocabulary follows from one data set
    description = table(file.json())
    stated = description.get("conformsTo") or description.get("dct:conformsTo")
    forms = [table(one).get("@id") or one for one in (stated if isinstance(stated, list) else [stated])]
    versions = [match[1] for one in forms if isinstance(one, str) and (match := FORM.match(one))]
    if not versions:
        hint = Message("a description says what it conforms to: http://mlcommons.org/croissant/1.1")
        raise InputError(Message("this is not a Croissant description of a data set"), place=file.place, hint=hint)
    found = Found(METHOD, made_on=day_of(description.get("sdDatePublished")))
    found.observe("croissant_version", versions[0])
    for key, name in OBSERVED.items():
        found.observe(name, _said(description.get(key)))
    found.observe("licences", _said(description.get("license") or description.get("sdLicense")))
    for key in ("creator", "publisher"):
        found.observe(key, _said(description.get(key)))
    files = [table(entry) for entry in listed(description.get("distribution"))]
    found.observe("files", len(files))
    found.observe("files_with_digest", _with_digest(files))
    found.observe("record_sets", len(listed(description.get("recordSet"))))
    for key in RAI:
        found.observe(f"rai_{key}", _said(description.get(f"rai:{key}")))
    return found


def _with_digest(files: list[dict[str, Any]]) -> int:
    return sum(bool(_DIGEST.fullmatch(str(entry.get("sha256")).lower())) for entry in files)


def _said(value: Any) -> Any:
    """A value of JSON-LD in words: of nodes their names."""
    match value:
        case dict():
            return word(value.get("name")) or word(value.get("@value")) or word(value.get("@id"))
        case list():
            return [said for item in value if isinstance(said := _said(item), str | int | float)]
        case _:
            return value
