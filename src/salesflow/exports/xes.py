"""
Event logs in XES, IEEE 1849: a trace for each document of one kind, with every event that names it.

A log of traces has one notion of a case; for all documents at once there is ``ocel``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from salesflow.exports.happenings import Happening, Scalar, happenings, shown, type_of

_TAGS = {"boolean": "boolean", "integer": "int", "float": "float", "time": "date", "string": "string"}
_UNFIT = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"))


def log(events: Iterable[object], kind: str = "order") -> str:
    """
    Return the event log as XES: a trace for each document of *kind*, in order of its first event.

    Args:
        kind: The kind of document that a trace is of, such as ``order``, ``opportunity`` or ``case``.
    """
    traces: dict[str, list[Happening]] = {}
    for each in sorted(happenings(events), key=lambda each: each.at):
        for number in dict.fromkeys(number for other, number, _ in each.about if other == kind):
            traces.setdefault(number, []).append(each)
    out = StringIO()
    writer = XMLGenerator(out, encoding="utf-8", short_empty_elements=True)
    writer.startDocument()
    writer.startElement("log", AttributesImpl({"xes.version": "1849-2016", "xmlns": "http://www.xes-standard.org/"}))
    for name, prefix in _EXTENSIONS:
        _empty(writer, "extension", {"name": name, "prefix": prefix, "uri": f"http://www.xes-standard.org/{prefix}.xesext"})
    for number, told in traces.items():
        writer.startElement("trace", AttributesImpl({}))
        _attribute(writer, "concept:name", number)
        for each in told:
            _event(writer, each)
        writer.endElement("trace")
    writer.endElement("log")
    writer.endDocument()
    return out.getvalue()


def write(events: Iterable[object], path: Path | str, kind: str = "order") -> None:
    """Write the event log to a file."""
    Path(path).write_text(log(events, kind), encoding="utf-8")


def _event(writer: XMLGenerator, each: Happening) -> None:
    writer.startElement("event", AttributesImpl({}))
    _attribute(writer, "concept:name", each.kind)
    _attribute(writer, "time:timestamp", each.at)
    for name, value in each.attributes:
        _attribute(writer, "org:resource" if name == "by" else name, value)
    writer.endElement("event")


def _attribute(writer: XMLGenerator, name: str, value: Scalar) -> None:
    _empty(writer, _TAGS[type_of(value)], {"key": name, "value": _clean(shown(value))})


def _clean(text: str) -> str:
    """Return the text without the characters that XML cannot hold."""
    return _UNFIT.sub("", text)


def _empty(writer: XMLGenerator, tag: str, attributes: dict[str, str]) -> None:
    writer.startElement(tag, AttributesImpl(attributes))
    writer.endElement(tag)
