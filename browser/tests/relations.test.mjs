// Two parties that know nothing of each other: cards, the phrase, a charter, and the line, by two administrators at their consoles.
// What is there of a relation before it has a line stands on the board.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start, violations } from "../support/browser.mjs";
import { Officer } from "../support/officer.mjs";
import { eventually, World } from "../support/world.mjs";

let browser;
let world;
let north;
let south;
before(async () => {
  browser = await start();
  world = await World.strangers();
  north = await Officer.at(browser, world, world.north);
  south = await Officer.at(browser, world, world.south);
});
after(async () => { await browser?.close(); await world?.end(); });

const RELATIONS = "/administration/relations";

async function board(officer) {
  await officer.go("/");
  return officer.page.locator("#board").innerText();
}

test("a card that was taken stands on the board until its phrase is compared", async () => {
  assert.match(await board(north), /No lines yet/);
  for (const [officer, other] of [[north, south], [south, north]]) {
    await other.go(RELATIONS);
    const card = await other.download("a[download]", "party.card");
    await officer.go(RELATIONS);
    await officer.send(officer.form("add-relation"), { "card@text": card });
  }
  const pending = await board(north);
  assert.match(pending, /South/);
  assert.match(pending, /phrase not compared yet/);
  assert.match(pending, /No line/);
  assert.deepEqual(await violations(north.page), []);
});

test("the phrase that both read aloud confirms the relation; another is refused", async () => {
  await north.go(RELATIONS);
  const phrase = await north.page.locator("dd strong[lang=en]").innerText();
  await south.go(RELATIONS);
  assert.equal(await south.page.locator("dd strong[lang=en]").innerText(), phrase);
  const words = phrase.split(" ");
  const wrong = [...words.slice(1), words[0]].join(" ");
  await assert.rejects(north.send(north.form("confirm-relation"), { phrase: wrong }), /phrase/);
  for (const officer of [north, south]) {
    await officer.go(RELATIONS);
    await officer.send(officer.form("confirm-relation"), { phrase });
  }
  assert.match(await board(south), /North[^]*confirmed/);
});

test("a charter is shown whole before it is signed, and founds the line when the other side has signed", async () => {
  await north.go(RELATIONS);
  const form = north.form("propose-charter");
  await form.evaluate((form) => { form.parentElement.open = true; });
  await north.fill(form, "terms/title", "Valley line");
  await north.fill(form, "terms/languages:list", "en, fr");
  await north.fill(form, "others/0/zone", "Asia/Shanghai");
  await form.locator("button[type=submit]").click();
  const review = north.page.locator("section.review");
  await review.waitFor();
  const whole = await review.innerText();
  for (const words of ["Valley line", "en, fr", "South: watch (Asia/Shanghai)", "At the latest, from release", "Who will be able to read it: North, South"])
    assert.ok(whole.includes(words), `the review does not say "${words}": ${whole}`);
  await review.locator("form.act button[type=submit]").click();
  await north.page.locator("p.done").waitFor();
  const proposed = await board(north);
  assert.match(proposed, /Valley line/);
  assert.match(proposed, /North: has signed/);
  assert.match(proposed, /South: has not signed yet/);

  await eventually(async () => /Valley line/.test(await board(south)));
  await south.go(RELATIONS);
  await south.form("sign-charter").locator("button[type=submit]").click();
  const signing = south.page.locator("section.review");
  await signing.waitFor();
  assert.match(await signing.innerText(), /South: watch \(Asia\/Shanghai\)[^]*At the latest, from release/);
  await signing.locator("form.act button[type=submit]").click();
  await south.page.locator("p.done").waitFor();
  for (const officer of [north, south]) {
    await eventually(async () => (await board(officer)).includes("Valley line") && !(await board(officer)).includes("No line"));
    assert.deepEqual(officer.faults, []);
  }
});
