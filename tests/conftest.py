"""What tests of several rooms share."""

import os
from collections.abc import Iterator

import pytest
from processes import Child, Fork, Work


@pytest.fixture
def fork() -> Iterator[Fork]:
    """Start processes that do not outlive the test."""
    children: list[Child] = []

    def start(work: Work) -> Child:
        children.append(Child(work))
        return children[-1]

    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    try:
        yield start
    finally:
        for child in children:
            child.close()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no test: an archive holds the time at which it was made, and workers would collect different tests."""
    return argname if isinstance(val, bytes) else None
