"""Directives that show the life tables, the rule catalogue and the labels, read from the library itself."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinxcontrib.mermaid import mermaid

from salesflow import registry
from salesflow.billing import norm_rules
from salesflow.labels import Labelled


class _Table(Directive):
    """A table of text."""

    header: ClassVar[tuple[str, ...]]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the rows."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Return the table, written as Markdown and parsed in place."""
        lines = [self.header, tuple("---" for _ in self.header), *self.rows()]
        text = StringList(["| " + " | ".join(cells) + " |" for cells in lines], source="salesflow")
        node = nodes.container()
        self.state.nested_parse(text, self.content_offset, node)
        return node.children


class Life(_Table):
    """Draw what moves the document that is named, and list every row of its life table."""

    required_arguments = 1
    final_argument_whitespace = True
    header = ("command", "from", "to", "only when")

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row per step."""
        return [
            (
                f"`{step.command}`",
                ", ".join(step.sources) or "(new)",
                ", ".join(step.targets),
                ", ".join(rule.__name__.replace("_", " ") for rule in step.rules),
            )
            for step in self.life.steps
        ]

    def run(self) -> list[nodes.Node]:
        """Return the diagram and the table."""
        [self.life] = [each for each in registry.LIFECYCLES if each.name == self.arguments[0]]
        drawing = mermaid()
        drawing["code"] = self.life.mermaid()
        drawing["options"] = {}
        return [drawing, *super().run()]


class RuleCatalogue(_Table):
    """List every rule."""

    header = ("code", "rule", "in Dutch", "specification", "source")

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row per rule."""
        return [(f"`{rule.code}`", rule.en, rule.nl, ", ".join(rule.spec), rule.source) for rule in registry.rules()]


class NormRules(_Table):
    """List the rules of electronic invoices that are checked."""

    header = ("rule", "what it asks")

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row per rule."""
        return [(f"`{rule}`", says) for rule, says in norm_rules.CHECKED.items()]


class NormRulesLeftOut(_Table):
    """List the rules of the norm that are not checked."""

    header = ("rule", "why it is not checked")

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row per rule."""
        return [(f"`{rule}`", why) for rule, why in norm_rules.NOT_CHECKED.items()]


class Labels(_Table):
    """List every code with its labels."""

    header = ("what", "code", "English", "Dutch")

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row per member."""
        kinds = sorted(Labelled.__subclasses__(), key=lambda kind: kind.__name__)
        return [(kind.__name__, f"`{member.value}`", member.en, member.nl) for kind in kinds for member in kind]


def setup(app: Any) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("lifecycle", Life)
    app.add_directive("rule-catalogue", RuleCatalogue)
    app.add_directive("labels", Labels)
    app.add_directive("norm-rules", NormRules)
    app.add_directive("norm-rules-left-out", NormRulesLeftOut)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
