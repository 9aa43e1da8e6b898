"""The app, under whatever name the package is copied to."""

from __future__ import annotations

from django.apps import AppConfig


class SalesflowConfig(AppConfig):
    """Documents of salesflow in tables of this project."""

    name = __package__
    label = "salesflow"
    verbose_name = "salesflow"
