// Who gets in: one-time links, sessions, forms of other sites, hosts that are not ours, too many tries.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdir, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { open, signIn, start } from "../support/browser.mjs";
import { run } from "../support/program.mjs";
import { World } from "../support/world.mjs";

let browser;
let world;
before(async () => { browser = await start(); world = await World.start(); });
after(async () => { await browser?.close(); await world?.end(); });

test("a link signs in once", async () => {
  const link = await world.north.link();
  const { page, context } = await open(browser);
  await signIn(page, link);
  assert.match(await page.locator("h1").innerText(), /Board/);
  const other = await open(browser);
  await other.page.goto(link);
  await other.page.locator("main form button").click();
  assert.match(await other.page.locator(".failure").innerText(), /opened before/);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(world.north.origin + "/");
  assert.match(page.url(), /sign-in/);
  await context.close();
  await other.context.close();
});

test("forms without the session's mark, and of other sites, do nothing", async () => {
  const { page, context } = await open(browser);
  await signIn(page, await world.north.link());
  const post = (headers, form) => context.request.post(`${world.north.origin}/act/network-changed`, { headers, form, maxRedirects: 0 });
  const mark = await page.locator('form[action="/sign-out"] input[name="mark"]').inputValue();
  assert.equal((await post({}, {})).status(), 403);
  assert.equal((await post({}, { mark: "0".repeat(32) })).status(), 403);
  assert.equal((await post({ origin: "https://evil.example" }, { mark })).status(), 403);
  assert.equal((await post({}, { mark })).status(), 303);
  const elsewhere = await context.request.get(`${world.north.origin}/`, { headers: { host: "evil.example" } });
  assert.equal(elsewhere.status(), 421);
  const headers = (await context.request.get(`${world.north.origin}/`)).headers();
  assert.match(headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/);
  await context.close();
});

test("wrong links are taken ten times, then not at once", async () => {
  const { context } = await open(browser);
  const statuses = [];
  for (let at = 0; at < 12; at += 1) {
    const answer = await context.request.post(`${world.south.origin}/sign-in/${"0".repeat(64)}`, { maxRedirects: 0 });
    statuses.push(answer.status());
  }
  assert.deepEqual(statuses, [...Array(10).fill(404), 429, 429]);
  const right = await open(browser);
  await signIn(right.page, await world.south.link());
  await right.context.close();
  await context.close();
});

test("a form deeper than any stack is refused, and the node goes on", async () => {
  const { page, context } = await open(browser);
  await signIn(page, await world.north.link());
  const mark = await page.locator('form[action="/sign-out"] input[name="mark"]').inputValue();
  const data = `mark=${mark}&${"a/".repeat(50_000)}a=1`;
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: world.north.origin };
  const answer = await context.request.post(`${world.north.origin}/act/shown`, { headers, data });
  assert.equal(answer.status(), 400);
  assert.equal((await context.request.get(`${world.north.origin}/`)).status(), 200);
  await context.close();
});

test("connections that say nothing do not keep others out", async () => {
  const idle = await Promise.all(Array.from({ length: 300 }, () => new Promise((resolve, reject) => {
    const socket = net.connect(world.north.port, "127.0.0.1", () => { socket.write("GET /sign-in HTTP/1.1\r\nHost: x"); resolve(socket); });
    socket.on("error", reject);
  })));
  idle.forEach((socket) => socket.on("error", () => {}));
  const answer = await fetch(`${world.north.origin}/sign-in`, { signal: AbortSignal.timeout(180_000) });
  assert.equal(answer.status, 200);
  idle.forEach((socket) => socket.destroy());
});

test("a party's own words are on its pages, and a file that can't be read stops the start with its place", async () => {
  const { north } = world;
  const folder = join(north.home, "locales");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "en.ftl"), "state-unattended = Nobody on watch\n");
  await north.node.end();
  await north.serve();
  const { page, context } = await open(browser);
  await signIn(page, await north.link());
  await page.locator("article.card p.big", { hasText: "Nobody on watch" }).waitFor();
  await context.close();
  await north.node.end();
  await writeFile(join(folder, "en.ftl"), "state-unattended = Nobody on watch\nsign-out\n");
  await assert.rejects(run(["--home", north.home, "serve"]), (error) => {
    assert.match(error.stderr, /en\.ftl: line 2/);
    return true;
  });
  await rm(folder, { recursive: true });
  await north.serve();
});
