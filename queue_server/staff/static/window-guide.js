/** The guide (办事指南) of a matter beside its visitor, all seven fields; guides are Chinese, their headings are not. */

import { get } from "./network.js";
import { questioned, read } from "./staff-dialog.js";
import { api, made, tell } from "./staff-page.js";
import { cleaned, named, say } from "./staff-words.js";
import { editionOf, matterOf, present } from "./window-scene.js";

/**
 * @typedef {{id: string, name: Record<string, string>, law: string, conditions: string[], materials: string[],
 *   instant: boolean, standard: string, steps: string[], legal_limit: string, promised_limit: string, fee: string, version: string}} Guide
 */

/** @type {{version: string, guides: Guide[]} | null} */
let kept = null;

/** @param {string} id of a matter @param {number} [edition] of the catalogue, when it is not the one in force */
export async function showGuide(id, edition) {
  const answer = await get(`${api}/catalogue${edition === undefined ? "" : `?edition=${edition}`}`, "");
  if (answer?.status === 200) kept = cleaned(/** @type {any} */ (answer.body));
  if (questioned()) return; // the clerk has gone on meanwhile: a question never changes under a finger
  const guide = kept?.guides.find((each) => each.id === id);
  if (!guide) return tell(say("console.refused.unreachable"), "no");
  const kind = say(guide.instant ? "console.guide.instant" : "console.guide.promised");
  /** @type {[string, string[]][]} */
  const fields = [
    ["kind", [kind]],
    ["materials", guide.materials],
    ["conditions", guide.conditions],
    ["steps", [guide.steps.join(" → ")]],
    ["promised_limit", [guide.promised_limit]],
    ["legal_limit", [guide.legal_limit]],
    ["fee", [guide.fee]],
    ["standard", [guide.standard]],
    ["law", [guide.law]],
  ];
  const list = made("dl", "fields");
  for (const [key, lines] of fields) {
    if (lines.join("")) list.append(made("dt", "", say(`console.guide.${key}`)), ...lines.map((line) => Object.assign(made("dd", "", line), { lang: "zh-CN" })));
  }
  await read(named(guide.name), [list, made("p", "version", say("console.guide.version", { version: guide.version }))]);
}

/** The guide of one of the present visitor's matters. @param {import("./window-flows.js").Ask} ask @returns {Promise<null>} */
export async function guideOf(ask) {
  const scene = ask.scene();
  const matters = present(scene)?.matters ?? [];
  const choices = matters.map((id) => ({ value: id, label: named(matterOf(scene, id).name) }));
  const picked = matters.length === 1 ? matters[0] : await ask.pick(say("console.title.guide"), choices);
  if (picked) await showGuide(picked, editionOf(scene, picked));
  return null;
}
