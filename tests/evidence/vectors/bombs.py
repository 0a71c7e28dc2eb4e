"""Files that are long, deep or many; written by rule, so that the vectors stay small."""

from __future__ import annotations

from collections.abc import Iterator

from tests.evidence.drafts import PAYLOAD_TYPE, bundle
from tests.evidence.vectors.entry import ALTERED, MALFORMED, Entry

HEAD = '{"schema":"comity/bundle/1","envelope":{"payloadType":"' + PAYLOAD_TYPE + '","payload":"'


def entries() -> Iterator[Entry]:
    good = bundle().decode()
    before, after = good.split('"disclosures":[', 1)
    opened = f'{before}"disclosures":['
    bombs: dict[str, tuple[int, str, str, int, str]] = {
        "file of 64,000,001 bytes": (MALFORMED, HEAD, "A", 64_000_001 - len(HEAD), ""),
        "file of spaces": (MALFORMED, "", " ", 5_000_000, ""),
        "file of brackets": (MALFORMED, "", "[", 5_000_000, ""),
        "file of objects": (MALFORMED, "", '{"a":', 1_000_000, ""),
        "payload of 10,000,000 bytes": (MALFORMED, HEAD, "A", 13_333_336, good[len(HEAD) + 4 :]),
        "text of 10,000,000 letters in place of the schema": (MALFORMED, '{"schema":"', "a", 10_000_000, '"}\n'),
        "name of 10,000,000 letters": (
            MALFORMED,
            good.split("example.org")[0],
            "a",
            10_000_000,
            good.split("example.org")[1],
        ),
        "backslashes in a name": (
            MALFORMED,
            good.split("example.org")[0],
            "\\\\",
            1_000_000,
            good.split("example.org")[1],
        ),
        "number of 10,000,000 digits": (MALFORMED, f"{opened}[", "9", 10_000_000, after[2:]),
        "brackets in place of disclosures": (MALFORMED, opened, "[", 5_000_000, "]" * 1000 + "}\n"),
        "signatures by the thousand": (
            MALFORMED,
            good.split('{"keyid"')[0],
            '{"keyid":"00000000","sig":""},',
            100_000,
            '{"keyid"' + good.split('{"keyid"')[1],
        ),
        "path of 10,000,000 bytes": (MALFORMED, f'{opened}[0,"e30=","', "A", 13_333_336, '"]]}\n'),
        "leaf of 10,000,000 bytes": (MALFORMED, f'{opened}[0,"', "A", 13_333_336, '",""]]}\n'),
        "log of 10,000,000 signs that are no base64": (MALFORMED, good[:-2] + ',"log":"', "-", 10_000_000, '"}\n'),
    }
    for name, (code, prefix, unit, count, suffix) in bombs.items():
        yield {"name": f"bomb: {name}", "code": code, "prefix": prefix, "unit": unit, "count": count, "suffix": suffix}
    # Rising indices: 1000000 to 1999999 after 0.
    yield {
        "name": "bomb: 1,000,001 disclosures",
        "code": MALFORMED,
        "prefix": f'{opened}[0,"",""]',
        "unit": ',[1{n},"",""]',
        "count": 1_000_000,
        "suffix": "]}\n",
    }
    yield {
        "name": "bomb: 1,000,000 disclosures",
        "code": ALTERED,
        "prefix": f'{opened}[0,"",""]',
        "unit": ',[1{n},"",""]',
        "count": 999_999,
        "suffix": "]}\n",
    }
