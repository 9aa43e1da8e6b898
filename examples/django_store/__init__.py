"""Keeps salesflow's documents with the ORM of Django: copy this package into a project, and name it in ``INSTALLED_APPS``."""
