/**
 * The guide (办事指南) of one matter, read before the ticket: what to bring as a checklist, then how it goes.
 * Guides are Chinese; their headings are in the visitor's language.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 * @typedef {import("./kiosk-finding.js").Guide} Guide
 */

import { part } from "./kiosk-parts.js";
import { say, shown, write } from "./kiosk-words.js";

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paintGuide(root, hall, state) {
  const guide = hall.catalogue?.guides.find((one) => one.id === state.guide);
  const page = part(root, ".step.category");
  page.toggleAttribute("data-guide", guide !== undefined);
  part(page, "[data-picking]").hidden = guide !== undefined;
  part(page, "[data-guide-of]").hidden = guide === undefined;
  if (!guide) return;
  write(part(page, "[data-guide-name]"), guide.name, state.lang, hall.paired);
  const limits = { promised: guide.promised_limit, legal: guide.legal_limit };
  /** @type {[string, string[], string][]} */
  const parts = [
    ["kiosk.guide_materials", guide.materials, "check"],
    ["kiosk.guide_conditions", guide.conditions, "point"],
    ["kiosk.guide_limits", [say(hall.words, "kiosk.guide_both_limits", limits).zh], ""],
    ["kiosk.guide_fee", [guide.fee], ""],
    ["kiosk.guide_steps", [guide.steps.join(" → ")], ""],
    ["kiosk.guide_standard", [guide.standard], ""],
    ["kiosk.guide_law", [guide.law], ""],
    ["kiosk.guide_version", [guide.version], ""],
  ];
  fill(part(page, "[data-guide-parts]"), guide, parts);
  for (const [i, thing] of page.querySelectorAll("[data-guide-parts] .check").entries()) {
    write(thing, guide.checklist?.[i] ?? { zh: guide.materials[i] }, state.lang, []);
  }
  for (const title of page.querySelectorAll("[data-guide-parts] dt")) {
    write(title, say(hall.words, title.getAttribute("data-key") ?? ""), state.lang, []);
  }
  const picked = state.matters.includes(guide.id);
  const pick = part(page, "[data-guide-pick]");
  pick.dataset.matter = guide.id;
  pick.setAttribute("aria-pressed", String(picked));
  write(part(pick, ".name"), say(hall.words, picked ? "kiosk.guide_picked" : "kiosk.guide_pick"), state.lang, []);
  write(part(page, "[data-list-said]"), state.said ?? { zh: "" }, state.lang, []);
}

/** @param {HTMLElement} place @param {Guide} guide @param {[string, string[], string][]} parts */
function fill(place, guide, parts) {
  const key = `${guide.id} ${guide.version}`;
  if (shown.get(place) === key) return;
  shown.set(place, key);
  place.replaceChildren(
    ...parts.map(([name, lines, kind]) => {
      const row = document.createElement("div");
      const title = Object.assign(document.createElement("dt"), {});
      title.dataset.key = name;
      const said = lines.map((line) => Object.assign(document.createElement("dd"), { textContent: line, lang: "zh-CN" }));
      for (const line of said) line.className = kind;
      row.append(title, ...said);
      return row;
    }),
  );
}
