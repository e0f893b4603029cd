/** The guide (办事指南) of a matter beside its visitor, all seven fields; guides are Chinese, their headings are not. */

import { get } from "./network.js";
import { read } from "./staff-dialog.js";
import { api, made, tell } from "./staff-page.js";
import { cleaned, named, say } from "./staff-words.js";

/**
 * @typedef {{id: string, name: Record<string, string>, law: string, conditions: string[], materials: string[],
 *   standard: string, steps: string[], legal_limit: string, promised_limit: string, fee: string, version: string}} Guide
 */

/** @type {{version: string, guides: Guide[]} | null} */
let kept = null;

/** @param {string} id of a matter */
export async function showGuide(id) {
  const answer = await get(`${api}/catalogue`, "");
  if (answer?.status === 200) kept = cleaned(/** @type {any} */ (answer.body));
  const guide = kept?.guides.find((each) => each.id === id);
  if (!guide) return tell(say("console.refused.unreachable"), "no");
  const limits = { promised: guide.promised_limit, legal: guide.legal_limit };
  /** @type {[string, string[]][]} */
  const fields = [
    ["kiosk.guide_materials", guide.materials],
    ["kiosk.guide_conditions", guide.conditions],
    ["kiosk.guide_limits", [say("kiosk.guide_both_limits", limits)]],
    ["kiosk.guide_fee", [guide.fee]],
    ["kiosk.guide_steps", [guide.steps.join(" → ")]],
    ["kiosk.guide_standard", [guide.standard]],
    ["kiosk.guide_law", [guide.law]],
    ["kiosk.guide_version", [guide.version]],
  ];
  const list = made("dl", "fields");
  for (const [key, lines] of fields) {
    list.append(made("dt", "", say(key)), ...lines.map((line) => Object.assign(made("dd", "", line), { lang: "zh-CN" })));
  }
  await read(named(guide.name), [list]);
}
