"""Codes of languages and scripts: what detectors call a language, in ISO 639-3, and the scripts (ISO 15924) that it is written in.

A detector's answer in a script that its language is not written in is no answer. Languages that are not named in `SCRIPTS` are written in
Latin letters.
"""

from __future__ import annotations

ALPHA_3 = dict(
    pair.split(":")
    for pair in (
        "aa:aar ab:abk af:afr ak:aka am:amh an:arg ar:ara as:asm ay:aym az:aze ba:bak be:bel bg:bul bh:bho bi:bis bn:ben bo:bod br:bre "
        "bs:bos ca:cat co:cos cs:ces cy:cym da:dan de:deu dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas fi:fin "
        "fj:fij fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin hr:hrv ht:hat hu:hun hy:hye ia:ina "
        "id:ind ie:ile ig:ibo ik:ipk is:isl it:ita iu:iku iw:heb ja:jpn jv:jav jw:jav ka:kat kk:kaz kl:kal km:khm kn:kan ko:kor ks:kas "
        "ku:kur ky:kir la:lat lb:ltz lg:lug ln:lin lo:lao lt:lit lv:lav mg:mlg mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya "
        "na:nau ne:nep nl:nld nn:nno no:nor nr:nbl ny:nya oc:oci om:orm or:ori os:oss pa:pan pl:pol ps:pus pt:por qu:que rm:roh rn:run "
        "ro:ron ru:rus rw:kin sa:san sd:snd se:sme sg:sag si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun "
        "sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ug:uig uk:ukr ur:urd "
        "uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid yo:yor za:zha zh:zho zu:zul zh-Hant:zho sr-ME:cnr"
    ).split()  # noqa: SIM905
)
"""ISO 639-1, its former codes, and names of their own that detectors have."""

THREE_LETTERS = frozenset(
    "ace ary arz bcl ceb chr crh crs ext fuv gaa gcf gcr gom got grc gug guw haw hbo hmn kab kha kik kri lif lij loz ltg lua luo mfe new "
    "nso pam pcm raj sco sdh syr tum uzs vec war wuu yue".split()  # noqa: SIM905
)
"""Codes of detectors that are ISO 639-3 as they are. Whatever else a detector says is no language that we know."""

WHOLES = dict(
    pair.split(":")
    for pair in (
        "als:sqi arb:ara ary:ara arz:ara ayr:aym azb:aze azj:aze ckb:kur cmn:zho ekk:est fuf:ful fuv:ful gaz:orm gug:grn ike:iku khk:mon "
        "kmr:kur lvs:lav nan:zho nob:nor npi:nep ory:ori pbt:pus pbu:pus pes:fas plt:mlg prs:fas quy:que quz:que sdh:kur swh:swa twi:aka "
        "uzn:uzb uzs:uzb wuu:zho ydd:yid yue:zho zlm:msa zsm:msa"
    ).split()  # noqa: SIM905
)
"""Individual languages and the macrolanguage that other detectors know instead."""

_BY_SCRIPT = {
    "Arab": "ara ary arz aze fas kas kur pus sdh snd uig urd uzb uzs",
    "Armn": "hye",
    "Beng": "asm ben",
    "Cans": "iku",
    "Cher": "chr",
    "Cyrl": "abk aze bak bel bos bul cnr crh kaz kir mkd mon oss rus srp tat tgk tuk ukr uzb",
    "Deva": "bho gom hin kas mar nep new raj san snd",
    "Ethi": "amh tir",
    "Geor": "kat",
    "Goth": "got",
    "Grek": "ell grc",
    "Gujr": "guj",
    "Guru": "pan",
    "Hang": "kor",
    "Hani": "jpn kor wuu yue zho",
    "Hebr": "hbo heb yid",
    "Hira": "jpn",
    "Kana": "jpn",
    "Khmr": "khm",
    "Knda": "kan",
    "Laoo": "lao",
    "Limb": "lif",
    "Mlym": "mal",
    "Mymr": "mya",
    "Orya": "ori",
    "Sinh": "sin",
    "Syrc": "syr",
    "Taml": "tam",
    "Telu": "tel",
    "Thaa": "div",
    "Thai": "tha",
    "Tibt": "bod dzo",
}
_ALSO_LATIN = frozenset("aze bos cnr crh iku kur srp tat tuk uzb".split())  # noqa: SIM905

SCRIPTS: dict[str, frozenset[str]] = {
    language: frozenset(
        [script for script, languages in _BY_SCRIPT.items() if language in languages.split()]
        + (["Latn"] if language in _ALSO_LATIN else [])
    )
    for language in " ".join(_BY_SCRIPT.values()).split()  # noqa: SIM905
}
"""The scripts of every language that is not written in Latin letters alone."""

LATIN = frozenset(("Latn",))

NAMES = {
    "ADLAM": "Adlm", "ARABIC": "Arab", "ARMENIAN": "Armn", "BALINESE": "Bali", "BAMUM": "Bamu", "BENGALI": "Beng", "BOPOMOFO": "Bopo",
    "BUGINESE": "Bugi", "CANADIAN": "Cans", "CHAKMA": "Cakm", "CHAM": "Cham", "CHEROKEE": "Cher", "CJK": "Hani", "COPTIC": "Copt",
    "CUNEIFORM": "Xsux", "CYRILLIC": "Cyrl", "DEVANAGARI": "Deva", "EGYPTIAN": "Egyp", "ETHIOPIC": "Ethi", "GEORGIAN": "Geor",
    "GLAGOLITIC": "Glag", "GOTHIC": "Goth", "GREEK": "Grek", "GUJARATI": "Gujr", "GURMUKHI": "Guru", "HANGUL": "Hang", "HEBREW": "Hebr",
    "HIRAGANA": "Hira", "JAVANESE": "Java", "KANNADA": "Knda", "KATAKANA": "Kana", "KHMER": "Khmr", "LAO": "Laoo", "LATIN": "Latn",
    "LEPCHA": "Lepc", "LIMBU": "Limb", "LISU": "Lisu", "MALAYALAM": "Mlym", "MANDAIC": "Mand", "MEETEI": "Mtei", "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr", "NEW": "Talu", "NKO": "Nkoo", "OGHAM": "Ogam", "OL": "Olck", "ORIYA": "Orya", "OSMANYA": "Osma", "RUNIC": "Runr",
    "SAMARITAN": "Samr", "SAURASHTRA": "Saur", "SINHALA": "Sinh", "SUNDANESE": "Sund", "SYLOTI": "Sylo", "SYRIAC": "Syrc",
    "TAGALOG": "Tglg", "TAMIL": "Taml", "TELUGU": "Telu", "THAANA": "Thaa", "THAI": "Thai", "TIBETAN": "Tibt", "TIFINAGH": "Tfng",
    "VAI": "Vaii", "YI": "Yiii",
}  # fmt: skip
"""The first word of a letter's name in the Unicode Character Database, and the script that it says."""

OTHER_SCRIPT = "Zzzz"
"""Letters of scripts that are not in `NAMES`."""

NO_SCRIPT = "Zyyy"
"""A text without letters."""


def as_alpha_3(code: str) -> str | None:
    """The ISO 639-3 code of what a detector calls a language; None where that is no language that we know."""
    return ALPHA_3.get(code) or (code if code in THREE_LETTERS else None)


def written_in(language: str, script: str) -> bool:
    """Whether a language is written in a script."""
    return script in SCRIPTS.get(language, LATIN)
