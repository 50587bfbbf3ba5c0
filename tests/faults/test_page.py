"""The page of the documentation is what the tests saw. Runs after all others (see conftest.py)."""

from __future__ import annotations

import pytest
from faults_page import PAGE, Page


def test_the_page_says_what_was_seen(page: Page, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--faults-page"):
        pytest.skip("the page is being written")
    text = PAGE.read_text(encoding="utf-8")
    assert "| What happens |" in text
    assert page.missing_in(text) == [], "a sentence has changed: make faults-page"
