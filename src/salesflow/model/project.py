"""Projects, as far as orders need them."""

from __future__ import annotations

from attrs import frozen

from salesflow.checks import require_text


@frozen(kw_only=True)
class Project:
    """Work for one customer, from which item requirements are born."""

    number: str
    name: str
    customer: str

    def __attrs_post_init__(self) -> None:
        for name in ("number", "name", "customer"):
            require_text(name, getattr(self, name))
