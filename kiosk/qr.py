"""The QR code that a ticket's address becomes on the kiosk's screen."""

from __future__ import annotations

import io

import segno


def svg(url: str) -> str:
    """Draw the address as an SVG without size or style attributes; the page's stylesheet sizes it.

    Error correction M, quiet zone of 4 modules. An empty address is no QR code: "".
    Raises ValueError when the address is too long for any QR code.
    """
    if not url:
        return ""
    out = io.BytesIO()
    code = segno.make(url, error="m", micro=False)
    code.save(
        out, kind="svg", border=4, omitsize=True, xmldecl=False, svgclass="qr", lineclass=None, light="#fff"
    )
    return out.getvalue().decode("utf-8").strip()
