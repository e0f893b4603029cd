/** Signing in with name and password; a first password is changed before anything else. */

import { newKey, post } from "./network.js";
import { problem, whyNot } from "./staff-hand.js";
import { api, config, part } from "./staff-page.js";
import { handed } from "./staff-handed.js";
import { say } from "./staff-words.js";

/** A password takes its time to prove, and in the morning everybody comes at once (ms). */
const PATIENCE = 20_000;

const [enter, change] = [form(".enter"), form(".change")];
/** The first password, once it was typed: it need not be typed again to be changed. */
let old = "";
let waitUntil = 0;

if (handed()) tell(say("console.form.hand_over", { window: handed() }), false);
enter.addEventListener("submit", (event) => void submitted(event, signIn));
change.addEventListener("submit", (event) => void submitted(event, takeNew));

/** @param {string} name @returns {HTMLFormElement} */
function form(name) {
  return part(document, `form${name}`);
}

/** @param {HTMLFormElement} from @param {string} name */
function typed(from, name) {
  return String(new FormData(from).get(name) ?? "");
}

/** @param {Event} event @param {() => Promise<void>} done */
async function submitted(event, done) {
  event.preventDefault();
  if (performance.now() < waitUntil) return;
  hold(true);
  tell(say("staff.signing_in"), false);
  await done();
  if (performance.now() >= waitUntil) hold(false);
}

async function signIn() {
  const password = typed(enter, "password");
  const answer = await asked("sign-in", { login: typed(enter, "login"), password, cookie: true });
  if (answer === null) return;
  if (!answer.must_change) return go();
  old = password;
  enter.hidden = true;
  change.hidden = false;
  part(document, "[data-title]").textContent = config.words["console.title.new_password"];
  tell("");
  part(change, "[name=new]").focus();
}

async function takeNew() {
  const chosen = typed(change, "new");
  if (chosen !== typed(change, "again")) return tell(say("console.form.differ"));
  if (await asked("password", { old: old || typed(change, "old"), new: chosen, cookie: true })) go();
}

function go() {
  location.replace(config.to);
}

/** @param {string} path @param {unknown} body @returns {Promise<any>} null when it was not done, which is said */
async function asked(path, body) {
  const answer = await post(`${api}/${path}`, "", body, newKey(), PATIENCE);
  if (answer !== null && answer.status < 300) return answer.body;
  if (answer === null) tell(say("console.refused.unreachable"));
  else {
    const refused = problem(answer);
    tell(whyNot({ refused }));
    if (refused.code === "sign_in_wait") wait(refused.wait || 1);
  }
  return null;
}

/** Too many wrong passwords: nobody need press to learn how long. @param {number} seconds */
function wait(seconds) {
  waitUntil = performance.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((waitUntil - performance.now()) / 1000);
    part(enter, "button").textContent = left > 0 ? say("staff.wait", { seconds: left }) : config.words["console.title.sign_in"];
    if (left > 0) return;
    clearInterval(timer);
    hold(false);
  }, 250);
}

/** @param {boolean} held */
function hold(held) {
  for (const key of document.querySelectorAll("form button")) key.toggleAttribute("disabled", held);
}

/** @param {string} text @param {boolean} [trouble] */
function tell(text, trouble = true) {
  const said = part(document, "[data-said]");
  said.dataset.how = trouble ? "no" : "busy";
  said.textContent = text;
}
