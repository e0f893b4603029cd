/**
 * A visitor who came for cases (统一出件): results go out one by one, or the papers that were owed are taken in,
 * as at the console (`queue_server/console/hand_out.py`).
 *
 * @typedef {import("./window-flows.js").Ask} Ask
 * @typedef {import("./window-flows.js").Request} Request
 * @typedef {import("./window-scene.js").Ticket} Ticket
 * @typedef {import("./cases-scene.js").CaseLine} CaseLine
 * @typedef {object} AtTheExit what this flow needs of the clerk besides
 * @property {(ticket: string) => Promise<CaseLine[] | null>} cases of a ticket; null, and it is said, when nobody answers
 * @property {(request: Request) => Promise<boolean>} sent has one thing done, says what came of it
 */

import { named, say } from "./staff-words.js";

const RECEIVERS = ["self", "agent", "other"];
const RUNNING = ["accepted", "handling", "supplement"];
const LEAVE = "leave";

/** Whether something can be done for a case now: its result lies here, or it waits for papers. @param {CaseLine} line */
function toDo({ state, owed }) {
  return state === "ready" || (RUNNING.includes(state) && owed.length > 0);
}

/** Case after case until nothing is left to do. @param {Ask & AtTheExit} ask @param {Ticket} ticket
 * @returns {Promise<boolean>} false when the clerk goes back, or something was not done */
export async function handOut(ask, ticket) {
  const title = say("console.title.hand_out", { number: ticket.number });
  const leave = { value: LEAVE, label: say("console.pick.leave_rest") };
  for (;;) {
    const cases = (await ask.cases(ticket.id))?.filter(toDo);
    if (!cases) return false;
    if (!cases.length) return true;
    const picked = await ask.pick(title, [...cases.map(labelledCase), leave]);
    if (picked === null || picked === LEAVE) return picked === LEAVE;
    const found = /** @type {CaseLine} */ (cases.find((each) => each.id === picked));
    const request = await (found.state === "ready" ? issue(ask, found) : receive(ask, found));
    if (request && !(await ask.sent(request))) return false;
  }
}

/** A case as a line: where its result lies, or what it waits for. @param {CaseLine} line @returns {import("./window-picks.js").Choice} */
function labelledCase({ id, number, name, state, shelf, owed }) {
  return { value: id, label: `${number}  ${named(name)}`, note: state === "ready" ? say("console.case.shelf", { shelf }) : owed.join("、") };
}

/** To whom, and by the receipt's code or after a look at a document. @param {Ask & AtTheExit} ask @param {CaseLine} line
 * @returns {Promise<Request | null>} */
export async function issue(ask, { id, number, shelf }) {
  const title = say("console.title.issue", { number, shelf });
  const receiver = await ask.pick(title, RECEIVERS.map((each) => ({ value: each, label: say(`console.receiver.${each}`) })));
  const code = receiver === null ? null : await ask.code(title, say("console.pick.check_code"));
  return code === null ? null : { act: "hand_out", path: `cases/${id}/issue`, body: { receiver, code } };
}

/** Papers that were owed; what is not ticked is still missing. @param {Pick<Ask, "several">} ask
 * @param {CaseLine} line @param {boolean} [visit] the visitor came for it @returns {Promise<Request | null>} */
export async function receive(ask, { id, number, owed }, visit = true) {
  const choices = owed.map((each) => ({ value: each, label: each }));
  const brought = await ask.several(say("console.title.received", { number }), choices, owed);
  const still = owed.filter((each) => !brought?.includes(each));
  return brought && { act: "case_received", path: `cases/${id}/received`, body: { still, visit } };
}
