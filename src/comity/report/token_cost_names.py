"""What the observations of the measure `tokenizer` are called."""

from __future__ import annotations

from comity.language import Message

TOKEN_COST_NAMES = {
    "algorithm": Message("how it makes tokens"),
    "languages": Message("languages"),
    "paragraphs": Message("parallel paragraphs"),
    "served_languages": Message("languages served"),
    "best_language": Message("cheapest language"),
    "worst_language": Message("dearest language"),
    "premium_median": Message("median premium"),
    "premium_highest": Message("highest premium of all texts"),
    "share_above_2": Message("share of languages above 2×"),
    "share_above_3": Message("share of languages above 3×"),
    "share_above_5": Message("share of languages above 5×"),
    "to_english_median": Message("median relative to English"),
    "to_english_highest": Message("highest relative to English"),
    "cheaper_than_english": Message("languages cheaper than English"),
    "bytes_per_token_median": Message("median bytes per token"),
    "characters_per_token_median": Message("median characters per token"),
    "not_written": Message("languages that it cannot write"),
    "doubtful_texts": Message("texts that may be no whole translation"),
    "files_that_are_no_texts": Message("files that are no texts"),
}
