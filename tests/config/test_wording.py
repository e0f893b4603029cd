"""Catch-all words are found in guides, and words that merely look like them are not."""

from __future__ import annotations

import pytest

from queue_server.config.wording import vague_words


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("身份证等", [(3, "等")]),
        ("居民身份证等材料", [(5, "等")]),
        ("其他材料", [(0, "其他")]),
        ("其它证明", [(0, "其它")]),
        ("相关证明", [(0, "相关")]),
        ("买卖合同等", [(4, "等")]),
        ("施工图等相关材料", [(3, "等"), (4, "相关")]),
        ("水平等证明", [(2, "等")]),
        ("《建筑法》等", [(5, "等")]),
        ("等候证明等", [(4, "等")]),
    ],
)
def test_a_catch_all_is_found_with_its_offset(sentence: str, found: list[tuple[int, str]]) -> None:
    assert vague_words(sentence) == found


@pytest.mark.parametrize(
    "sentence",
    [
        "营业执照",
        "《其他专业人员等级评定办法》规定的证书",
        "安全等级证书",
        "在大厅等候",
        "等待期满",
        "男女平等",
        "数量不等",
        "同等学力证明",
        "中等专业学校毕业证",
        "高等学校毕业证",
        "二等功证书",
        "等额保证金",
        "《关于相关证明事项的通知》所列三项证明",
    ],
)
def test_a_word_that_says_something_definite_is_let_be(sentence: str) -> None:
    assert vague_words(sentence) == []
