// Reads {hall} (as the page has it) and writes what each tile says in Chinese, with the page's own module.
import { readFileSync } from "node:fs";
import { factsOf, labelOf } from "../../kiosk/static/kiosk-menu.js";

const hall = JSON.parse(readFileSync(0, "utf8"));
const said = hall.menu.choices.map((choice) => {
  const { waiting, windows, figures } = factsOf(hall, choice);
  return { label: labelOf(hall, choice).zh, long: { waiting: waiting.zh, windows: windows.zh }, counts: figures };
});
process.stdout.write(JSON.stringify(said));
