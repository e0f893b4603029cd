// Reads {guides, asked: [[lang, query]]} and writes [[ids in order], ms] for each, with the page's own module.
import { readFileSync } from "node:fs";
import { find } from "../../kiosk/static/kiosk-finding.js";

const { guides, asked } = JSON.parse(readFileSync(0, "utf8"));
const answers = asked.map(([lang, query]) => {
  const began = performance.now();
  const found = find(guides, query, lang);
  return [found.map((guide) => guide.id), performance.now() - began];
});
process.stdout.write(JSON.stringify(answers));
