"""How the suite runs: reproducibly by default, and without the big data sets unless their folder is named."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(  # a mutant is killed by any example, however long
    "mutants", settings.get_profile("suite"), phases=[Phase.explicit, Phase.generate]
)
settings.register_profile("hunt", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the real data where its folder is not named: it is no part of a stranger's suite."""
    if "SALESFLOW_DATA" in os.environ:
        return
    left_out = [item for item in items if item.get_closest_marker("realdata")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
