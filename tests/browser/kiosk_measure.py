"""Measures a rendered kiosk page: targets, gaps, type, contrast in pixels, and what is cut off."""

from __future__ import annotations

import io
from typing import Any, cast

from PIL import Image
from playwright.sync_api import Page

Colour = tuple[int, int, int]

_HOLDERS = """
  const scrolls = (list) => getComputedStyle(list).overflowY === 'auto';
  const stays = (element) => {
    const part = element.closest('.stub, .notice, .typing :is(h2, .query, .found)');
    return part !== null && getComputedStyle(part).position === 'fixed';
  };
  const clipped = (element) => {
    const top = element.closest('.top, .field .label');
    return top !== null && getComputedStyle(top).clipPath !== 'none';
  };
  const holders = (element) => {
    const found = [];
    if (stays(element)) return found;
    for (let one = element.closest('main, .list'); one; one = one.parentElement.closest('main, .list')) {
      if (scrolls(one)) found.push(one);
    }
    return found;
  };
"""
"""What may scroll an element away: lists, and in low reach a whole step, but for what of it stays."""

_LEAVES = (
    """() => {"""
    + _HOLDERS
    + """
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const faded = (element, box) => {
    const list = element.closest('[data-more] > .list');
    return list && box.bottom > list.getBoundingClientRect().bottom - 50;
  };
  const scrolledAway = (element, box) => {
    const lists = holders(element).map((list) => list.getBoundingClientRect());
    return lists.some((list) => box.bottom > list.bottom + 1 || box.top < list.top - 1);
  };
  const found = [];
  for (const element of document.querySelectorAll('yc-kiosk *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !shown(element) || element.closest('.unseen, [inert]') || clipped(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = range.getBoundingClientRect();
    if (box.width === 0 || faded(element, box) || scrolledAway(element, box)) continue;
    const covered = document.querySelector('.cover:not([hidden])');
    const beside = covered?.matches('.idle') ? '.idle' : '.dock, .top'; // the warning lies over everything
    if (covered && !covered.contains(element) && !element.closest(beside)) continue;
    const parts = '.panel, .stub, .details, .notice, .dock, .top, main';
    const nearest = element.closest('button') ?? element.closest(parts);
    const holder = nearest.matches('main') && stays(element) ? document.body : nearest;
    const around = holder.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(element).fontSize);
    const spare = size * 0.2; // a glyph's box is taller than its line; its ink is not
    found.push({
      text: element.textContent.trim().slice(0, 30),
      size,
      box: [box.left, box.top, box.right, box.bottom],
      outside: box.left < around.left - 1 || box.right > around.right + 1
        || box.top < around.top - spare || box.bottom > around.bottom + spare,
    });
  }
  return found;
}"""
)

_TARGETS = (
    """() => {"""
    + _HOLDERS
    + """
  return [...document.querySelectorAll('button')]
  .filter((button) => button.checkVisibility() && !button.closest('[inert]'))
  .filter((button) => {
    const box = button.getBoundingClientRect();
    const covered = document.querySelector('.cover:not([hidden])');
    const beside = covered?.matches('.idle') ? '.idle' : '.dock';
    if (covered && !covered.contains(button) && !button.closest(beside)) return false;
    const lists = holders(button).map((list) => list.getBoundingClientRect());
    return lists.every((list) => box.top >= list.top - 1 && box.bottom <= list.bottom + 1);
  })
  .map((button) => {
    const box = button.getBoundingClientRect();
    return { name: button.textContent.trim().slice(0, 20), box: [box.left, box.top, box.right, box.bottom] };
  });
}"""
)

_TOPS = (
    """() => {"""
    + _HOLDERS
    + """
  const box = (element) => element.getBoundingClientRect();
  return [...document.querySelectorAll('button')]
  .filter((button) => button.checkVisibility() && !button.closest('[inert]'))
  .map((button) => [box(button), holders(button).map(box)])
  .filter(([button, lists]) => button.height > 0
    && lists.every((list) => button.bottom > list.top && button.top < list.bottom))
  .map(([button, lists]) => Math.max(button.top, ...lists.map((list) => list.top)) / innerHeight);
}"""
)

_CUT = (
    """() => {"""
    + _HOLDERS
    + """
  return [...document.querySelectorAll('yc-kiosk, yc-kiosk *')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => !element.closest('.unseen, svg') && !clipped(element))
  .filter((element) => !holders(element).some((holder) => holder.matches('.list') || holder === element))
  .filter((element) => getComputedStyle(element).display !== 'inline')
  .filter((element) => element.scrollWidth > element.clientWidth + 1
    || (getComputedStyle(element).overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1))
  .map((element) => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 30)}`);
}"""
)


def highest(page: Page) -> float:
    """How high the topmost button stands that is seen, as a part of the screen from its top; 1 without any.

    What a list or a paged step has scrolled out of its window is not seen.
    """
    tops = page.evaluate(_TOPS)
    return float(min(tops, default=1))


def texts(page: Page) -> list[dict[str, Any]]:
    """Each piece of text that is seen: its words, type size in px, box, and whether it leaves its holder."""
    found: list[dict[str, Any]] = page.evaluate(_LEAVES)
    return found


def cut_off(page: Page) -> list[str]:
    """Everything that does not fit where it stands, lists that can be paged apart."""
    found: list[str] = page.evaluate(_CUT)
    size = page.viewport_size
    assert size
    outside = [
        f"outside: {text['text']}"
        for text in texts(page)
        if text["outside"] or text["box"][3] > size["height"] + 1 or text["box"][2] > size["width"] + 1
    ]
    return found + outside


def small_targets(page: Page, least: float = 88, gap: float = 16) -> list[str]:
    """Targets that are too small, and pairs that stand too close (px)."""
    targets: list[dict[str, Any]] = page.evaluate(_TARGETS)
    found = []
    for place, one in enumerate(targets):
        left, top, right, bottom = one["box"]
        if right - left < least - 0.5 or bottom - top < least - 0.5:
            found.append(f"{one['name']}: {right - left:.0f} by {bottom - top:.0f}")
        found += [
            f"{one['name']} and {other['name']}: {_gap(one['box'], other['box']):.0f} apart"
            for other in targets[place + 1 :]
            if _gap(one["box"], other["box"]) < gap - 0.5
        ]
    return found


def _gap(one: list[float], other: list[float]) -> float:
    across = max(other[0] - one[2], one[0] - other[2])
    down = max(other[1] - one[3], one[1] - other[3])
    return max(across, down)


def faint_texts(page: Page, least: float = 7.0) -> list[str]:
    """Texts whose pixels have less than this contrast: commonest pixel against the one farthest from it."""
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    found = []
    for text in texts(page):
        left, top, right, bottom = (round(side) for side in text["box"])
        piece = picture.crop((left, top, right, bottom))
        seen = cast("list[tuple[int, Colour]]", piece.getcolors(piece.width * piece.height))
        ground = max(seen)[1]
        best = max(contrast(ground, colour) for _, colour in seen)
        if best < least:
            found.append(f"{text['text']}: {best:.1f}")
    return found


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
