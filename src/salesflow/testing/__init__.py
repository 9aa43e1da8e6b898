"""
The kit for application developers: what their own tests draw from, and what a store of their own is tested with.

It needs the extra ``testing``.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("salesflow.testing.contract", "salesflow.testing.machine")
