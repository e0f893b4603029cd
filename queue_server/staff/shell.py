"""What all pages of the staff have: their language, their words, their headers, their configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from kiosk.pages import NAMES, TAGS
from kiosk.spelling import pinyin
from queue_server import views
from queue_server.access.principals import ANYONE, Principal
from queue_server.demo import is_demo
from queue_server.hall.plan import Plan
from queue_server.locale import sentences, translate
from queue_server.locale.harmless import plain

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"

CHOSEN = "yichuang-lang"
"""The cookie that keeps the language somebody has chosen: no secret, and the same for every hall."""
KEPT = 365 * 24 * 3600

SPOKEN = {
    "sign-in.js": (
        "staff.wait", "staff.signing_in", "console.title.sign_in", "console.title.new_password",
        "console.form.differ", "console.form.hand_over", "console.refused.",
    ),
    "home.js": ("staff.bar", "console.refused."),
    "window.js": (
        "console.act.", "console.tip.", "console.why.", "console.window.", "console.link.", "console.strip.",
        "console.panel.", "console.empty.", "console.present.", "console.ticket.", "console.class.",
        "console.queue.", "console.aside.", "console.figures.", "console.said.", "console.title.",
        "console.pick.", "console.did.", "console.refused.", "console.told.", "console.language.",
        "console.need.", "console.slip.", "console.guide.", "console.case.", "console.receiver.",
        "console.stage.", "staff.",
    ),
    "floor.js": (
        "console.act.", "console.title.", "console.pick.", "console.did.", "console.refused.",
        "console.ticket.", "console.class.", "console.language.", "console.need.",
        "console.link.", "console.said.", "console.why.", "console.head.", "console.present.",
        "console.panel.", "console.aside.", "console.empty.", "console.slip.", "staff.",
    ),
    "cases.js": (
        "console.act.", "console.tip.", "console.why.", "console.link.", "console.said.", "console.title.",
        "console.pick.", "console.did.", "console.refused.", "console.empty.", "console.panel.",
        "console.case.", "console.stage.", "console.standing.", "console.stands.", "console.step.",
        "console.holder.", "console.way.", "console.receiver.", "staff.",
    ),
    "agent.js": (
        "console.act.", "console.tip.", "console.why.", "console.link.", "console.said.", "console.title.",
        "console.pick.", "console.did.", "console.refused.", "console.empty.", "console.panel.",
        "console.agent.", "console.ticket.", "console.end.", "staff.",
    ),
}  # fmt: skip
"""The sentences that each page's modules fill in, by how their keys begin."""
FINDING = ("window.js", "cases.js", "agent.js")
"""Pages whose acts are found by typing."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "vary": "accept-language, cookie",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


def _shown(value: object) -> object:
    """Outside text in a template: no control character or override reaches a page."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class Shell:
    """Makes the pages. `asset` gives the address of a static file by its name."""

    def __init__(self, asset: Callable[[str], str]) -> None:
        self._asset = asset
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            finalize=_shown,
        )

    def page(
        self,
        template: str,
        module: str,
        plan: Plan,
        who: Principal,
        lang: str,
        *,
        query: Mapping[str, str],
        secure: bool,
        **more: object,
    ) -> Response:
        """A page of a hall for somebody, in a language; one that the `query` names is kept for the others."""
        config = {
            "hall": msgspec.to_builtins(views.hall(plan)) if who is not ANYONE else {"id": plan.hall},
            "me": {"id": who.id, "name": who.name, "role": who.role, "windows": who.windows},
            "lang": lang,
            "words": words(module, lang),
            "spelled": spelled(module) if lang == "zh" and module in FINDING else {},
            **{name: msgspec.to_builtins(value) for name, value in more.items()},
        }
        content = self._templates.get_template(template).render(
            plan=plan, demo=is_demo(plan), who=who, lang=lang,
            tags=TAGS, names=NAMES, module=module, asset=self._asset,
            t=lambda key, **values: translate(key, lang, **values),
            named=lambda text: named(text, lang),
            query_in=lambda one: urlencode({**query, "lang": one}),
            config=Markup(plain(_in_script(config))),  # noqa: S704 - made safe for a script element there
            **more,
        )  # fmt: skip
        answer = HTMLResponse(content, headers=HEADERS)
        if "lang" in query:
            answer.set_cookie(CHOSEN, lang, KEPT, path="/staff/", secure=secure, samesite="lax")
        return answer

    def refused(self, said: Mapping[str, str], home: str, status: int) -> Response:
        """Somebody may not see a page, or there is none: said in every language."""
        content = self._templates.get_template("refused.html").render(
            said=said, home=home, tags=TAGS, asset=self._asset, t=translate
        )
        return HTMLResponse(content, status, headers=HEADERS)


def words(module: str, lang: str) -> dict[str, str]:
    """The sentences that a page's modules say, in its language."""
    begins = SPOKEN[module]
    return {key: forms[0] for key, forms in sentences(lang).items() if key.startswith(begins)}


@lru_cache
def spelled(module: str) -> dict[str, str]:
    """The pinyin of the acts of a page and of what they do: they are found by it, or by its initials."""
    acts = ("console.tip.", "console.act.")
    return {key: pinyin(said) for key, said in words(module, "zh").items() if key.startswith(acts)}


def named(text: Mapping[str, str], lang: str) -> str:
    """A name of the hall in a language, else in Chinese."""
    return text.get(lang) or text.get("zh", "")


def _in_script(config: object) -> str:
    return msgspec.json.encode(config).decode().replace("<", "\\u003c")
