// For everyone: by the keyboard alone, without JavaScript, at 200 % and with large letters, without motion, and heard rather than seen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn, start, violations } from "../support/browser.mjs";
import { Officer } from "../support/officer.mjs";
import { eventually, World } from "../support/world.mjs";

let browser;
let world;
let south;
before(async () => {
  browser = await start();
  world = await World.start();
  south = await Officer.at(browser, world, world.south);
  await south.takeWatch("duty officer");
});
after(async () => { await browser?.close(); await world?.end(); });

const PAGES = ["/", "/alarms", "/drafts", "/watch", "/bearers", "/search?q=convoy", "/administration", "LINE", "LINE/compose", "LINE/topics", "LINE/texts",
  "LINE/encounters", "LINE/slots", "LINE/history", "LINE/health", "LINE/record"];
const paths = () => PAGES.map((path) => path.replace("LINE", `/lines/${world.line}`));

/** What has the focus, and whether that can be seen. */
const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    what: `${at.tagName} ${at.getAttribute("name") ?? ""} ${(at.textContent ?? "").trim().slice(0, 30)}`,
    isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && box.width > 0 && box.height > 0,
    isBody: at === document.body,
  };
});

/** Presses Tab until the focus is on what is looked for; fails when it has gone round. */
async function tabTo(page, selector) {
  for (let at = 0; at < 200; at += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

test("a message is written and released by the keyboard alone", async () => {
  const { page, context, faults } = await open(browser);
  await page.goto(await world.north.link());
  await tabTo(page, "main form button");
  await page.keyboard.press("Enter");
  await page.locator("body[data-signed-in]").waitFor();

  await page.keyboard.press("Tab");
  assert.match((await focused(page)).what, /Skip/i, "the first stop leads past the bar");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");

  await tabTo(page, 'main a[href^="/watch"]');
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/watch/);
  await tabTo(page, "main details summary");
  await page.keyboard.press("Enter");
  await tabTo(page, 'form[action="/act/take-watch"] [name="who"]');
  await page.keyboard.type("duty officer");
  await page.keyboard.press("Enter");
  await page.locator("p.done").waitFor();

  await tabTo(page, '.ways a[href^="/lines/"]');
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/lines\//);
  await tabTo(page, 'main a[href$="/compose"]');
  await page.keyboard.press("Enter");
  await page.waitForURL(/compose/);
  await tabTo(page, '[name="subject"]');
  await page.keyboard.type("Supply convoy");
  await tabTo(page, '[name="texts/0/text"]');
  await page.keyboard.type("A convoy of six lorries leaves at 06:00 UTC on 1 December 2026.");
  await tabTo(page, 'form[action="/act/save-draft"] button[type=submit]');
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/drafts\//);
  await tabTo(page, 'form[action="/act/release-draft"] button[type=submit]');
  await page.keyboard.press("Enter");
  await page.locator("section.review").waitFor();
  await tabTo(page, "section.review form.act button[type=submit]");
  await page.keyboard.press("Enter");
  await page.locator("p.done").waitFor();
  assert.match(new URL(page.url()).searchParams.get("place"), /^\d+\/\d+$/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("every stop of the keyboard can be seen, and none holds it", async () => {
  const wrong = [];
  for (const path of paths()) {
    await south.go(path);
    const stops = new Set();
    let hasLeft = false;
    for (let at = 0; at < 400 && !hasLeft; at += 1) {
      await south.page.keyboard.press("Tab");
      const stop = await focused(south.page);
      hasLeft = stop.isBody;
      if (hasLeft) break;
      stops.add(stop.what);
      if (!stop.isSeen) wrong.push(`${path}: ${stop.what}`);
    }
    if (!hasLeft) wrong.push(`${path}: the focus never comes out`);
    if (stops.size < 5) wrong.push(`${path}: only ${stops.size} stops`);
  }
  assert.deepEqual(wrong, []);
});

test("everything can be read, and a message sent, without JavaScript", async () => {
  const { page, context, faults } = await open(browser, { javaScriptEnabled: false });
  await page.goto(await world.north.link());
  await page.locator("main form button").click();
  await page.locator("body[data-signed-in]").waitFor();
  assert.match(await page.locator("#board").innerText(), /Night line[^]*(Open|Degraded)/);
  assert.match(await page.locator("header").first().innerText(), /UTC\s+\d\d:\d\d/);
  assert.match(await page.locator(".still").innerText(), /As it was at .* UTC.*load it again/);
  for (const path of paths()) {
    await page.goto(world.north.origin + path);
    assert.ok((await page.locator("main").innerText()).length > 15, `${path} says nothing`);
  }
  const line = `${world.north.origin}/lines/${world.line}`;
  await page.goto(line);
  assert.match(await page.locator("main").innerText(), /Supply convoy[^]*six lorries/);
  await page.goto(`${line}/compose`);
  await page.locator('[name="subject"]').fill("Without a script");
  await page.locator('[name="texts/0/text"]').fill("The second convoy leaves at 09:00 UTC on 1 December 2026.");
  await page.locator('form[action="/act/save-draft"] button[type=submit]').last().click();
  await page.waitForURL(/\/drafts\//);
  await page.locator('form[action="/act/release-draft"] button[type=submit]').click();
  await page.locator("section.review form.act button[type=submit]").click();
  await page.locator("p.done").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("another language does not take away what somebody writes", async () => {
  await south.go(`/lines/${world.line}/compose`);
  const text = south.page.locator('[name="texts/0/text"]');
  await text.fill("Begun and not kept.");
  await south.page.locator('select[name="language"]').selectOption("fr");
  await south.page.locator("form.choices button").first().waitFor();
  assert.equal(await text.inputValue(), "Begun and not kept.");
  await south.go("/");
  await south.page.locator('select[name="language"]').selectOption("fr");
  await south.page.locator("html[lang=fr]").waitFor();
  await south.page.locator('select[name="language"]').selectOption("en");
  await south.page.locator("html[lang=en]").waitFor();
});

test("at 200 %, and with letters twice as large, nothing is cut off at the side", async () => {
  const wide = [];
  const over = () => south.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  for (const path of paths()) {
    // A browser at 200 % lays a page out for half the width.
    await south.page.setViewportSize({ width: 640, height: 450 });
    await south.go(path);
    if ((await over()) > 1) wide.push(`${path} at 200 %`);
    await south.page.setViewportSize({ width: 1280, height: 900 });
    await south.page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
    if ((await over()) > 1) wide.push(`${path} with large letters`);
    for (const violation of await violations(south.page)) wide.push(`${path} with large letters: ${violation}`);
  }
  assert.deepEqual(wide, []);
});

test("nothing moves for who asked for that", async () => {
  await world.north.say("send", "--line", world.line, "--precedence", "flash", "--text", "Flares were ours.");
  const alarm = south.page.locator(".alarm").first();
  await south.go("/");
  await alarm.waitFor();
  const moving = () => south.page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === "running").length);
  await eventually(async () => (await moving()) > 0);
  await south.page.emulateMedia({ reducedMotion: "reduce" });
  await eventually(async () => (await moving()) === 0);
  await south.page.emulateMedia({ reducedMotion: "no-preference" });
});

test("a page has its landmarks, and what changes is told to a screen reader", async () => {
  await south.go("/");
  for (const mark of ["header", "nav", "main", "h1"]) assert.ok(await south.page.locator(mark).count(), `there is no ${mark}`);
  assert.equal(await south.page.locator("main").count(), 1);
  const alarms = south.page.locator('[role="alert"]').filter({ hasText: /flash/i });
  assert.ok(await alarms.count(), "what rings is in no live region");
  const tree = await south.page.locator("body").ariaSnapshot();
  for (const part of ["banner", "navigation", "main", 'heading "Board"']) assert.ok(tree.includes(part), `${part} is not in ${tree}`);
  const told = south.page.locator("#live-state[role=status]");
  assert.equal(await told.innerText(), "");
  await south.side.node.end();
  await eventually(async () => (await told.innerText()) !== "");
  assert.deepEqual(south.faults, []);
});
