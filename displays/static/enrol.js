// A new device: it shows a code until a manager confirms it, then keeps its token and goes to its page.

import { newCodeDue, spelt } from "./enrol-day.js";
import { part, setText } from "./board-calls.js";
import { backOff } from "./newest.js";

/** @typedef {{code: string, token: string, until: number, answered_at: number, got: number}} Enrolment */

const { enrolments } = JSON.parse(document.getElementById("enrol-config")?.textContent ?? "{}");
/** Between two looks (ms) whether the code was confirmed. */
const LOOK_EVERY = 2000;
/** How long (ms) an answer may take. */
const DEADLINE = 6000;
/** @type {Enrolment | null} */
let shown = null;
let failed = 0;

step();

/** One step: get a code, or look what became of it; then the next one. */
async function step() {
  const well = shown === null || newCodeDue(shown, performance.now()) ? await askIn() : await lookIn(shown);
  failed = well ? 0 : failed + 1;
  setTimeout(step, well ? LOOK_EVERY : backOff(failed, Math.random(), 15_000));
}

async function askIn() {
  const key = [...crypto.getRandomValues(new Uint8Array(16))].join("");
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  const answer = await asked(enrolments, { method: "POST", headers, body: "{}" });
  shown = answer?.ok ? { ...(await answer.json()), got: performance.now() } : null;
  if (shown) setText(part(document.body, ".code"), spelt(shown.code));
  stand(shown ? "code" : "wait");
  return shown !== null;
}

/** @param {Enrolment} enrolment */
async function lookIn(enrolment) {
  const answer = await asked(`${enrolments}/${enrolment.code}`, {});
  if (answer?.status === 404) shown = null;
  if (!answer?.ok) return false;
  const { state, page, keep } = await answer.json();
  // A code that was refused stands for nothing any more; with the next one its manager is asked anew.
  if (state === "refused") stand("refused");
  if (state !== "confirmed") return true;
  localStorage.setItem(keep, enrolment.token);
  location.replace(page);
  return true;
}

/** What stands in the middle. @param {"code" | "wait" | "refused"} what */
function stand(what) {
  for (const one of ["code", "wait", "refused"]) part(document.body, `.${one}`).hidden = one !== what;
  for (const one of ["do", "life"]) part(document.body, `.${one}`).hidden = what === "refused";
}

/** @param {string} path @param {RequestInit} request @returns {Promise<Response | null>} null when nobody answered */
function asked(path, request) {
  return fetch(path, { ...request, cache: "no-store", signal: AbortSignal.timeout(DEADLINE) }).catch(() => null);
}
