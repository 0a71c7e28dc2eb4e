"""What has to become of each hostile input in each command that it can reach; the page of the documentation is made from it.

`error`: exit code 2 and one clear sentence. `altered`: exit code 4. `skip`: the command does its work on the rest and counts what it
left out. `read`: the same facts as from the sound input. `other`: the input is sound in itself, only not the one that it was made from
(a text that was cut off between two words cannot be told from a shorter one).
"""

from __future__ import annotations

EXPECTED: dict[str, dict[str, str]] = {
    "model.gguf": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings with_mark old_mac_lines strange_text giant_line cut_off "
            "deep not_unicode"
        ),
    },
    "model.safetensors": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 with_mark strange_text giant_line cut_off deep not_unicode"
        ),
    },
    "model.onnx": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings with_mark old_mac_lines strange_text giant_line cut_off "
            "deep not_unicode"
        ),
    },
    "corpus.txt": {
        "error": "forbidden",
        "skip": (
            "fifo device link_to_itself sparse nuls nul_within noise utf_16 latin_1 gb18030 mixed_encodings "
            "old_mac_lines giant_line not_unicode"
        ),
        "read": "with_mark strange_text",
        "other": "empty cut_off deep",
    },
    "corpus.jsonl": {
        "error": "forbidden",
        "skip": (
            "fifo device link_to_itself sparse nuls nul_within noise utf_16 latin_1 gb18030 mixed_encodings "
            "old_mac_lines giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark strange_text",
        "other": "empty",
    },
    "corpus.txt.gz": {
        "skip": "gzip_cut_off gzip_damaged gzip_bomb",
    },
    "corpus.jsonl.zst": {
        "skip": "zstandard_cut_off zstandard_damaged zstandard_bomb zstandard_window",
    },
    "corpus.parquet": {
        "skip": "parquet_cut_off parquet_damaged",
    },
    "corpus-alone": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 old_mac_lines deep"
        ),
        "skip": "mixed_encodings giant_line cut_off not_unicode",
        "read": "with_mark strange_text",
    },
    "corpus-keywords": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings giant_line deep not_unicode"
        ),
        "read": "with_mark old_mac_lines strange_text",
        "other": "cut_off",
    },
    "corpus-card": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings old_mac_lines giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark strange_text",
    },
    "corpus-sample.jsonl": {
        "error": "forbidden",
        "skip": (
            "fifo device link_to_itself sparse nuls nul_within noise utf_16 latin_1 gb18030 mixed_encodings "
            "old_mac_lines giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark strange_text",
        "other": "empty",
    },
    "corpus-sample.txt.gz": {
        "skip": "gzip_cut_off gzip_damaged gzip_bomb",
    },
    "corpus-sample.parquet": {
        "skip": "parquet_cut_off parquet_damaged",
    },
    "corpus-mix": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings giant_line deep not_unicode"
        ),
        "read": "with_mark old_mac_lines strange_text",
        "other": "cut_off",
    },
    "corpus-mix.json": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 with_mark giant_line cut_off deep not_unicode"
        ),
        "read": "old_mac_lines strange_text",
    },
    "corpus-review": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "giant_line cut_off deep"
        ),
        "altered": "mixed_encodings strange_text not_unicode",
        "read": "utf_16 latin_1 gb18030 with_mark old_mac_lines",
    },
    "tokenizer.tiktoken": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 with_mark old_mac_lines giant_line cut_off deep not_unicode"
        ),
    },
    "tokenizer.tiktoken.gz": {
        "error": "gzip_cut_off gzip_damaged gzip_bomb",
    },
    "tokenizer.json": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings with_mark old_mac_lines strange_text giant_line cut_off "
            "deep not_unicode"
        ),
    },
    "tokenizer.model": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings with_mark old_mac_lines strange_text giant_line cut_off "
            "deep not_unicode"
        ),
    },
    "tokenizer.gguf": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings with_mark old_mac_lines strange_text giant_line cut_off "
            "deep not_unicode"
        ),
    },
    "tokenizer-texts": {
        "error": (
            "empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise utf_16 "
            "latin_1 gb18030 mixed_encodings old_mac_lines giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark strange_text",
    },
    "annotation.csv": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings old_mac_lines giant_line deep not_unicode"
        ),
        "skip": "cut_off",
        "read": "with_mark strange_text",
    },
    "annotation.jsonl": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings old_mac_lines giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark strange_text",
    },
    "annotation.parquet": {
        "error": "parquet_cut_off parquet_damaged parquet_bomb",
    },
    "fairness.csv": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings old_mac_lines giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark strange_text",
    },
    "fairness.parquet": {
        "error": "parquet_cut_off parquet_damaged parquet_bomb",
    },
    "dialogue-bank.yaml": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark old_mac_lines strange_text",
    },
    "dialogue-bank.jsonl": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings old_mac_lines giant_line cut_off deep not_unicode"
        ),
        "read": "with_mark strange_text",
    },
    "dialogue": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "utf_16 latin_1 gb18030 mixed_encodings old_mac_lines giant_line deep not_unicode"
        ),
    },
    "dialogue-review": {
        "error": (
            "missing empty directory forbidden fifo device link_to_itself sparse nuls nul_within noise "
            "giant_line cut_off deep"
        ),
        "altered": "mixed_encodings strange_text not_unicode",
        "read": "utf_16 latin_1 gb18030 with_mark old_mac_lines",
    },
}

COUNTS: dict[str, dict[str, dict[str, object]]] = {
    "corpus.txt": {
        "empty": {"documents": 1},
        "fifo": {"documents": 1, "files_of_other_kinds": 1},
        "device": {"documents": 1, "files_of_other_kinds": 1},
        "link_to_itself": {"documents": 1, "files_of_other_kinds": 1},
        "sparse": {"documents": 1, "files_not_read": ["d/x.txt: binary"]},
        "nuls": {"documents": 1, "files_not_read": ["d/x.txt: binary"]},
        "nul_within": {"documents": 1, "files_not_read": ["d/x.txt: binary"]},
        "noise": {"documents": 1, "files_not_read": ["d/x.txt: binary"]},
        "utf_16": {"documents": 1, "files_not_read": ["d/x.txt: utf_16"]},
        "latin_1": {"documents": 1, "skipped.not_utf_8": 12},
        "gb18030": {"documents": 1, "skipped.not_utf_8": 12},
        "mixed_encodings": {"documents": 7, "skipped.not_utf_8": 6},
        "old_mac_lines": {"documents": 1, "files_not_read": ["d/x.txt: cr_line_ends"]},
        "giant_line": {"documents": 13, "skipped.too_long": 1},
        "cut_off": {"documents": 9},
        "deep": {"documents": 2},
        "not_unicode": {"documents": 13, "skipped.not_utf_8": 1},
    },
    "corpus.jsonl": {
        "empty": {"documents": 1},
        "fifo": {"documents": 1, "files_of_other_kinds": 1},
        "device": {"documents": 1, "files_of_other_kinds": 1},
        "link_to_itself": {"documents": 1, "files_of_other_kinds": 1},
        "sparse": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "nuls": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "nul_within": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "noise": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "utf_16": {"documents": 1, "files_not_read": ["d/x.jsonl: utf_16"]},
        "latin_1": {"documents": 1, "skipped.not_utf_8": 12},
        "gb18030": {"documents": 1, "skipped.not_utf_8": 12},
        "mixed_encodings": {"documents": 7, "skipped.not_utf_8": 6},
        "old_mac_lines": {"documents": 1, "files_not_read": ["d/x.jsonl: cr_line_ends"]},
        "giant_line": {"documents": 13, "skipped.too_long": 1},
        "cut_off": {"documents": 8, "skipped.not_json": 1},
        "deep": {"documents": 1, "skipped.no_text": 1},
        "not_unicode": {"documents": 13, "skipped.not_json": 1},
    },
    "corpus.txt.gz": {
        "gzip_cut_off": {"documents": 1, "files_not_read": ["d/x.txt.gz: damaged"]},
        "gzip_damaged": {"documents": 1, "files_not_read": ["d/x.txt.gz: damaged"]},
        "gzip_bomb": {"documents": 13, "skipped.too_long": 1},
    },
    "corpus.jsonl.zst": {
        "zstandard_cut_off": {"documents": 1, "files_not_read": ["d/x.jsonl.zst: damaged"]},
        "zstandard_damaged": {"documents": 1, "files_not_read": ["d/x.jsonl.zst: damaged"]},
        "zstandard_bomb": {"documents": 13, "skipped.too_long": 1},
        "zstandard_window": {"documents": 1, "files_not_read": ["d/x.jsonl.zst: damaged"]},
    },
    "corpus.parquet": {
        "parquet_cut_off": {"documents": 1, "files_not_read": ["d/x.parquet: damaged"]},
        "parquet_damaged": {"documents": 1, "files_not_read": ["d/x.parquet: damaged"]},
    },
    "corpus-alone": {
        "mixed_encodings": {"documents": 6, "skipped.not_utf_8": 6},
        "giant_line": {"documents": 12, "skipped.too_long": 1},
        "cut_off": {"documents": 7, "skipped.not_json": 1},
        "not_unicode": {"documents": 12, "skipped.not_json": 1},
    },
    "corpus-keywords": {
        "cut_off": {"documents": 1},
    },
    "corpus-sample.jsonl": {
        "empty": {"documents": 1},
        "fifo": {"documents": 1, "files_of_other_kinds": 1},
        "device": {"documents": 1, "files_of_other_kinds": 1},
        "link_to_itself": {"documents": 1, "files_of_other_kinds": 1},
        "sparse": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "nuls": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "nul_within": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "noise": {"documents": 1, "files_not_read": ["d/x.jsonl: binary"]},
        "utf_16": {"documents": 1, "files_not_read": ["d/x.jsonl: utf_16"]},
        "latin_1": {"documents": 1, "records_skipped": 12},
        "gb18030": {"documents": 1, "records_skipped": 12},
        "mixed_encodings": {"documents": 7, "records_skipped": 6},
        "old_mac_lines": {"documents": 1, "files_not_read": ["d/x.jsonl: cr_line_ends"]},
        "giant_line": {"documents": 13, "records_skipped": 1},
        "cut_off": {"documents": 8, "records_skipped": 1},
        "deep": {"documents": 1, "records_skipped": 1},
        "not_unicode": {"documents": 13, "records_skipped": 1},
    },
    "corpus-sample.txt.gz": {
        "gzip_cut_off": {"documents": 1, "files_not_read": ["d/x.txt.gz: damaged"]},
        "gzip_damaged": {"documents": 1, "files_not_read": ["d/x.txt.gz: damaged"]},
        "gzip_bomb": {"documents": 13, "records_skipped": 1},
    },
    "corpus-sample.parquet": {
        "parquet_cut_off": {"documents": 1, "files_not_read": ["d/x.parquet: damaged"]},
        "parquet_damaged": {"documents": 1, "files_not_read": ["d/x.parquet: damaged"]},
    },
    "annotation.csv": {
        "cut_off": {"rows_left_out": 1},
    },
}

SENTENCES = {
    "missing": "no such file",
    "empty": "empty|no (word|question|document)",
    "directory": "not a regular file|Is a directory|no files of a corpus",
    "forbidden": "Permission denied",
    "fifo": "not a regular file|one of these forms",
    "device": "not a regular file|one of these forms|larger than|too large",
    "link_to_itself": "not a regular file|symbolic links|no such file",
    "sparse": "larger than|too large|neither|not a sound|no document|no metadata|NUL|known form|token in base64",
    "gzip_bomb": "gzip|token in base64",
    "parquet_bomb": "more than 50000000 rows",
    "parquet_cut_off": "cannot be read",
    "parquet_damaged": "cannot be read|no prediction",
}
"""What the sentence about an input has to say, where its kind alone decides that."""

TITLES = {
    "missing": ("a missing file", "文件不存在"),
    "empty": ("an empty file", "空文件"),
    "directory": ("a directory in its place", "同名的目录"),
    "forbidden": ("a file that may not be read", "无读取权限的文件"),
    "fifo": ("a pipe (FIFO)", "管道（FIFO）"),
    "device": ("a device without an end", "没有尽头的设备文件"),
    "link_to_itself": ("a link to itself", "指向自身的链接"),
    "sparse": ("a sparse file of 10 GB", "10 GB 的稀疏文件"),
    "nuls": ("NULs alone", "全部为 NUL"),
    "nul_within": ("a NUL in the middle", "中间有一个 NUL"),
    "noise": ("random bytes", "随机字节"),
    "utf_16": ("UTF-16", "UTF-16"),
    "latin_1": ("Latin-1", "Latin-1"),
    "gb18030": ("GB 18030", "GB 18030"),
    "mixed_encodings": ("UTF-8 and Latin-1 mixed", "UTF-8 与 Latin-1 混杂"),
    "not_unicode": ("half of a surrogate pair", "单独的代理项"),
    "with_mark": ("a byte order mark", "字节序标记（BOM）"),
    "old_mac_lines": ("lines that end in CR", "以 CR 结尾的行"),
    "strange_text": ("right-to-left, zero-width, combining", "从右到左、零宽、组合字符"),
    "giant_line": ("a line of 100 MB", "100 MB 的一行"),
    "deep": ("100,000 brackets, nested", "十万层嵌套的括号"),
    "cut_off": ("cut off in the middle", "中途截断"),
    "gzip_cut_off": ("gzip, cut off", "截断的 gzip"),
    "gzip_damaged": ("gzip, damaged", "损坏的 gzip"),
    "gzip_bomb": ("gzip bomb", "gzip 炸弹"),
    "zstandard_cut_off": ("Zstandard, cut off", "截断的 Zstandard"),
    "zstandard_damaged": ("Zstandard, damaged", "损坏的 Zstandard"),
    "zstandard_bomb": ("Zstandard bomb", "Zstandard 炸弹"),
    "zstandard_window": ("Zstandard that asks for 2 GB", "要求 2 GB 窗口的 Zstandard"),
    "parquet_cut_off": ("Parquet, cut off", "截断的 Parquet"),
    "parquet_damaged": ("Parquet, damaged", "损坏的 Parquet"),
    "parquet_bomb": ("Parquet with 60 million rows in some kilobytes", "几 kB 含六千万行的 Parquet"),
}
"""The inputs for readers, in English and Chinese, in the order of the page."""
