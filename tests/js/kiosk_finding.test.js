import assert from "node:assert/strict";
import { test } from "node:test";

import { chinese } from "../../kiosk/static/kiosk-finding.js";
import { jamo, leads, written } from "../../kiosk/static/kiosk-hangul.js";
import { spells } from "../../kiosk/static/kiosk-pinyin.js";

test("Korean keys are written as syllables, the last one as far as it has come", () => {
  const written_ = { ㅅㅣㄴㅂㅜㄴ: "신분", ㅎㅚㅅㅏ: "회사", ㅎㅗㅣㅅㅏ: "회사", ㅎㅏㄱㄱㅛ: "학교", ㅇㅣㄹㄱㄷㅏ: "읽다", ㅇㅣㄹㄱㅓ: "일거", ㄱㅏㅂㅅ: "값", ㅂㅏㄸㅏ: "바따", ㅂㅏㄸ: "바ㄸ", ㅅ: "ㅅ" };
  for (const [keys, syllables] of Object.entries(written_)) assert.equal(written(keys), syllables);
  assert.equal(written("의료ㅂㅗㅎㅓㅁ"), "의료보험");
});

test("a Korean word is searched by the keys it is typed with, and by its first consonants", () => {
  assert.equal(jamo("값 회사"), "ㄱㅏㅂㅅ ㅎㅗㅣㅅㅏ");
  assert.equal(jamo(written("ㅇㅣㄹㄱㄷㅏ")), "ㅇㅣㄹㄱㄷㅏ");
  assert.equal(leads("주민신분증"), "ㅈㅁㅅㅂㅈ");
});

test("letters spell a name whole, by initials, mixed, or with what stands between left out", () => {
  const name = "ge ti gong shang hu she li deng ji";
  for (const letters of ["getigongshanghushelidengji", "getigong", "gtgsh", "getigshu", "gongshang", "getidengji"]) {
    assert.ok(spells(letters, name) >= 30, letters);
  }
  assert.equal(spells("zzz", name), 0);
  assert.equal(spells("", name), 0);
  assert.ok(spells("getigong", name) > spells("gongshang", name));
});

test("letters that sound alike are forgiven, for a little less", () => {
  assert.ok(spells("sanghukou", "shang hu kou") > 60);
  assert.ok(spells("shanghukou", "shang hu kou") > spells("sanghukou", "shang hu kou"));
  assert.ok(spells("nver", "nv er") > 60);
});

test("what is said around a matter does not hide it", () => {
  assert.ok(chinese("我想办理身份证", "身份证") > 70);
  assert.ok(chinese("请问居住证在哪里办", "居住证") > 70);
  assert.equal(chinese("天气", "身份证"), 0);
});
