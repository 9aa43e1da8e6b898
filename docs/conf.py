"""How the documentation is built: ``python -m sphinx -W -n -b html docs docs/_build/html``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "salesflow"
author = "The salesflow developers"
copyright = "2026, the salesflow developers"  # noqa: A001  Sphinx's own name
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxcontrib.mermaid", "salesflow_docs"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}

html_theme = "furo"
html_title = "salesflow"

# Counted, not clocked: drawings made within one millisecond would share an id and land in one frame.
mermaid_init_config = {"startOnLoad": False, "deterministicIds": True}
mermaid_height = "auto"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True, "show-inheritance": False}
napoleon_google_docstring = True

nitpicky = True
# Types appear in signatures by their short names; the reference links what has a page.
nitpick_ignore_regex = [("py:.*", ".*")]
suppress_warnings = ["ref.python"]  # two classes of one short name, such as the Table of a page and that of a database
