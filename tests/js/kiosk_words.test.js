import assert from "node:assert/strict";
import { test } from "node:test";

import { NUMBER, byVoices, clipOf } from "../../kiosk/static/kiosk-voice.js";
import { clockTime, inLanguage, listed, say, windowList } from "../../kiosk/static/kiosk-words.js";

const WORDS = { "kiosk.ahead": { zh: "前面还有{n}人", en: "{n} ahead of you" } };

test("a sentence is said in every language with its values in their places", () => {
  assert.deepEqual(say(WORDS, "kiosk.ahead", { n: 4 }), { zh: "前面还有4人", en: "4 ahead of you" });
});

test("a value that is itself a text is put in by language", () => {
  const words = { greet: { zh: "去{place}", en: "go to {place}" } };
  assert.deepEqual(say(words, "greet", { place: { zh: "二层", en: "floor 2" } }), { zh: "去二层", en: "go to floor 2" });
});

test("a sentence that does not exist and a value that is missing are named", () => {
  assert.throws(() => say(WORDS, "kiosk.nothing"), /kiosk\.nothing/);
  assert.throws(() => say(WORDS, "kiosk.ahead"), /kiosk\.ahead needs a value for n/);
});

test("what is not translated is said in Chinese", () => {
  assert.equal(inLanguage({ zh: "取号" }, "ko"), "取号");
  assert.equal(inLanguage({ zh: "取号", ko: "" }, "ko"), "取号");
});

test("names are joined as each language joins them", () => {
  const names = [{ zh: "孕妇", en: "Pregnant" }, { zh: "残疾人", en: "Disabled" }];
  assert.deepEqual(listed(names, ["zh", "en"]), { zh: "孕妇、残疾人", en: "Pregnant, Disabled" });
});

test("three windows in a row become a range, two do not", () => {
  assert.equal(windowList([4, 3]).zh, "3、4");
  assert.equal(windowList([12, 14, 13, 100]).en, "12–14, 100");
  assert.equal(windowList([]).zh, "");
});

test("times are the hall's, not the machine's", () => {
  const noon = Date.UTC(2026, 10, 24, 4, 5, 9);
  assert.equal(clockTime(noon, "Asia/Shanghai"), "12:05");
  assert.equal(clockTime(noon, "Asia/Shanghai", true), "12:05:09");
  assert.equal(clockTime(Date.UTC(2026, 10, 24, 16, 0), "Asia/Shanghai"), "00:00");
});

test("a sentence is said by the hall's voice when it has it, else by the browser's", () => {
  const voice = { base: "/voice/v1", said: { zh: ["yours", "said_keys"], ko: [] } };
  assert.equal(clipOf(voice, "zh", { key: NUMBER, text: "A023" }), "/voice/v1/zh/numbers/A023.wav");
  assert.equal(clipOf(voice, "zh", { key: "yours", text: "…" }), "/voice/v1/zh/prompts/yours.wav");
  assert.equal(clipOf(voice, "zh", { key: "", text: "医保社保" }), "");
  assert.equal(clipOf(voice, "zh", { key: "held", text: "…" }), "");
  assert.equal(clipOf(voice, "ko", { key: NUMBER, text: "A023" }), "");
  assert.equal(clipOf({ base: "", said: {} }, "zh", { key: "yours", text: "…" }), "");
});

test("words of another script are said by a voice that can read them", () => {
  const said = (text, lang) => byVoices(text, lang).map((run) => [run.lang, run.text]);
  assert.deepEqual(said("窗口12–14，请带：身份证。", "zh"), [["zh", "窗口12–14，请带：身份证。"]]);
  assert.deepEqual(said("가져올 서류: 营业执照、申请书", "ko"), [["ko", "가져올 서류: "], ["zh", "营业执照、申请书"]]);
  assert.deepEqual(said("Wait at Floor 2 社会保障区. Go on.", "en"), [
    ["en", "Wait at Floor 2 "], ["zh", "社会保障区. "], ["en", "Go on."],
  ]);
  assert.deepEqual(said("한국어", "zh"), [["ko", "한국어"]]);
  assert.deepEqual(said("", "zh"), []);
});
