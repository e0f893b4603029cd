/**
 * What has to be picked before a step of a case, and the request that comes of it: as the console asks
 * (`queue_server/console/back_flows.py`).
 *
 * @typedef {import("./cases-scene.js").Scene} Scene
 * @typedef {import("./cases-scene.js").CaseLine} CaseLine
 * @typedef {import("./window-flows.js").Request} Request
 * @typedef {import("./window-picks.js").Choice} Choice
 * @typedef {object} Ask somebody of a department, as a flow sees one; null when they go back
 * @property {() => Scene} scene
 * @property {(title: string, choices: Choice[], about?: string) => Promise<string | null>} pick
 * @property {(title: string, choices: Choice[], ticked: string[]) => Promise<string[] | null>} several
 * @property {(title: string, about: string) => Promise<string | null>} shelf
 * @property {(id: string) => Promise<import("./cases-scene.js").CaseView | null>} look at a case, whole
 * @property {() => Promise<import("./cases-scene.js").PaperList[] | null>} lists of papers
 * @typedef {(ask: Ask, line: CaseLine) => Promise<Request | null>} Flow
 */

import { hallNamed, holder } from "./cases-scene.js";
import { receive } from "./window-exit.js";
import { labelled } from "./window-picks.js";
import { say } from "./staff-words.js";

const EXTENSIONS = [1, 2, 3, 5, 7, 10, 15, 20, 30];
const WAYS = ["window", "post", "locker", "licence"];
/** Ways out for which the result lies somewhere. */
const SHELVED = ["window", "locker"];

/** @param {string} act @param {CaseLine} line @param {string} name @param {Record<string, unknown>} [body] @returns {Request} */
function step(act, line, name, body = {}) {
  return { act, path: `cases/${line.id}/${name}`, body };
}

/** @param {string} act @param {CaseLine} line */
function titled(act, line) {
  return `${say(`console.act.${act}`)}  ${line.number}`;
}

/** @param {Ask} ask @param {string} title a reason of the hall's list */
function reasonFor(ask, title) {
  const listed = labelled(ask.scene().hall.reasons.case);
  return ask.pick(title, listed.length ? listed : [{ value: "unlisted", label: say("console.pick.unlisted") }], say("console.pick.reason"));
}

/** A step that needs nothing but the key. @param {string} act @param {string} name @returns {Flow} */
function plain(act, name) {
  return async (_ask, line) => step(act, line, name);
}

/** A step that needs a reason. @param {string} act @param {string} name @returns {Flow} */
function reasoned(act, name) {
  return async (ask, line) => {
    const reason = await reasonFor(ask, titled(act, line));
    return reason === null ? null : step(act, line, name, { reason });
  };
}

/** Everything that is missing, once. @type {Flow} */
async function supplement(ask, line) {
  const known = await ask.look(line.id);
  const choices = (known?.materials ?? []).map((each) => ({ value: each, label: each }));
  const missing = known && (await ask.several(say("console.title.ask_supplement", { number: line.number }), choices, []));
  return missing && step("case_supplement", line, "supplement", { missing });
}

/** The result: how it goes out, and where it lies. @type {Flow} */
async function ready(ask, line) {
  const title = titled("case_ready", line);
  const way = await ask.pick(title, WAYS.map((each) => ({ value: each, label: say(`console.way.${each}`) })));
  const shelf = way !== null && SHELVED.includes(way) ? await ask.shelf(title, say("console.pick.shelf")) : "";
  return way === null || shelf === null ? null : step("case_ready", line, "ready", { way, shelf });
}

/** Another place for the result. @type {Flow} */
async function move(ask, line) {
  const shelf = await ask.shelf(titled("case_move", line), say("console.pick.shelf"));
  return shelf ? step("case_move", line, "move", { shelf }) : null;
}

/** More days, once, for a reason. @type {Flow} */
async function extend(ask, line) {
  const title = titled("case_extend", line);
  const days = await ask.pick(title, EXTENSIONS.map((n) => ({ value: String(n), label: say("console.pick.more_days", { n }) })));
  const reason = days === null ? null : await reasonFor(ask, title);
  return reason === null ? null : step("case_extend", line, "extend", { days: Number(days), reason });
}

/** To the hall that handles it, hands it out, or accepted it. @type {Flow} */
async function send(ask, line) {
  const halls = [...new Set([line.exit, line.hall])].filter((each) => each !== line.at);
  const hall = await ask.pick(titled("case_send", line), halls.map((each) => ({ value: each, label: hallNamed(ask.scene(), each) })));
  return hall === null ? null : step("case_send", line, "send", { hall });
}

/** Confirm a list of papers that is meant for the own department, or begin one. @param {Ask} ask @returns {Promise<Request | null>} */
export async function papers(ask) {
  const scene = ask.scene();
  const title = say("console.act.case_papers");
  const lists = (await ask.lists())?.filter((each) => each.receiver === scene.department && !each.taken_by && !each.void);
  if (!lists) return null;
  const choices = lists.map((each) => ({ value: each.id, label: say("console.pick.confirm_list", { giver: holder(scene, each.giver), n: Object.keys(each.numbers).length }) }));
  const picked = await ask.pick(title, [...choices, { value: "new", label: say("console.pick.new_list") }]);
  if (picked === null) return null;
  const wanted = lists.find((each) => each.id === picked);
  if (!wanted) return newList(ask, title);
  const numbers = Object.entries(wanted.numbers).map(([value, label]) => ({ value, label }));
  const there = await ask.several(say("console.title.counted"), numbers, Object.keys(wanted.numbers));
  const missing = Object.keys(wanted.numbers).filter((id) => !there?.includes(id));
  return there && { act: "case_papers", path: `paper-lists/${picked}/confirm`, body: { missing } };
}

/** @param {Ask} ask @param {string} title @returns {Promise<Request | null>} */
async function newList(ask, title) {
  const scene = ask.scene();
  const held = (scene.view?.cases ?? []).filter((each) => each.papers === scene.department);
  const cases = await ask.several(title, held.map(({ id, number }) => ({ value: id, label: number })), []);
  const others = ["exit", "window"].map((each) => ({ value: each, label: holder(scene, each) }));
  const receiver = cases?.length ? await ask.pick(title, others, say("console.pick.receiver")) : null;
  return receiver === null ? null : { act: "case_papers", path: "paper-lists", body: { giver: scene.department, receiver, cases } };
}

/** @type {Record<string, Flow>} */
export const FLOWS = {
  case_take: plain("case_take", "take"),
  case_supplement: supplement,
  case_received: (ask, line) => receive(ask, line, false),
  case_ready: ready,
  case_extend: extend,
  case_clock: (ask, line) => (line.stopped ? plain("case_run", "run") : reasoned("case_clock", "stop"))(ask, line),
  case_return: reasoned("case_return", "return"),
  case_rework: reasoned("case_rework", "rework"),
  case_papers: papers,
  case_move: move,
  case_send: send,
  case_arrive: plain("case_arrive", "arrive"),
};
