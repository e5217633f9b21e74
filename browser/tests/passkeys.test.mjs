// Passkeys: an officer makes one, signs in with it, and signs with it what he releases; the audit log proves it, and what is not his is refused.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makePasskey, plug } from "../support/authenticator.mjs";
import { open, signIn, start, violations } from "../support/browser.mjs";
import { World } from "../support/world.mjs";

let browser;
let world;
before(async () => {
  browser = await start();
  world = await World.start();
  const add = (name, ...roles) => world.north.say("officer", "add", name, ...roles.flatMap((role) => ["--role", role]), "--line", "*");
  await add("head", "drafter", "releaser", "duty officer");
  await add("second", "drafter", "releaser");
  await add("keeper", "administrator", "auditor");
});
after(async () => { await browser?.close(); await world?.end(); });

/** An officer in a window of his own, with an authenticator in it. */
async function officer(name) {
  const window = await open(browser);
  const device = await plug(window.page);
  await signIn(window.page, await world.north.link(name));
  return { ...window, device };
}

/** Writes a message and goes as far as the page that shows it before it is released. */
async function review(page, text) {
  await page.goto(`${world.north.origin}/lines/${world.line}/compose`);
  await page.locator('textarea[name="texts/0/text"]').fill(text);
  await page.locator("main form.act button[type=submit]").last().click();
  await page.waitForURL(/\/drafts\//);
  await page.locator('form[action="/act/release-draft"] button[type=submit]').click();
}

const entries = async () => (await world.north.ask("log", "--line", world.title)).filter((entry) => entry.kind === "message");

test("a passkey is made, signs in, and signs what is released", async () => {
  const { page, device, context, faults } = await officer("head");
  await makePasskey(page, world.north.origin, "desk");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(`${world.north.origin}/sign-in`);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.locator("body[data-signed-in]").waitFor();
  assert.match(await page.locator("header.bar .who").innerText(), /head/);

  await review(page, "Signed with a passkey.");
  assert.match(await page.locator(".review .hash").innerText(), /^[0-9a-f]{64}$/);
  assert.deepEqual(await violations(page), []);
  assert.equal((await entries()).length, 0, "nothing goes before it is signed");
  await page.getByRole("button", { name: "Sign with the passkey and release" }).click();
  await page.locator("p.done").waitFor();
  assert.equal((await entries()).length, 1);

  const log = await world.north.ask("audit", "list");
  const [approved] = log.filter((item) => item.act === "approve");
  const [released] = log.filter((item) => item.act === "release" && item.outcome === "done");
  assert.equal(approved.by, "head");
  assert.equal(JSON.parse(released.text).approval, approved.content);
  const verified = await world.north.ask("audit", "verify");
  assert.deepEqual([verified.is_sound, verified.signed, verified.unproven], [true, 1, null]);
  assert.equal((await device.credentials()).length, 1);
  assert.deepEqual(faults, []);
  await context.close();
});

test("without the passkey nothing goes: not unrecognised, not by another page, not by another officer's", async () => {
  const { page, device, context } = await officer("head");
  await makePasskey(page, world.north.origin, "second desk");
  const before = (await entries()).length;

  await review(page, "Nobody is recognised.");
  await device.recognise(false);
  await page.getByRole("button", { name: "Sign with the passkey and release" }).click();
  await page.locator("[data-passkey-says]:not([hidden])").waitFor();
  assert.match(await page.locator("[data-passkey-says]").innerText(), /Nothing was done/);
  await device.recognise(true);

  // The form sent as it stands, as a browser without the script would.
  await page.locator("form[data-passkey]").evaluate((form) => form.submit());
  assert.match(await page.locator(".failure .why").innerText(), /you sign with your passkey; nothing was released/);

  // Another officer's passkey, which signs the very same challenge.
  const other = await officer("second");
  await makePasskey(other.page, world.north.origin, "his");
  const [theirs] = await other.device.credentials();
  await review(page, "Signed by the wrong hand.");
  const form = page.locator("form[data-passkey]");
  const challenge = await form.getAttribute("data-challenge");
  const signed = await other.page.evaluate(async ({ challenge, id }) => {
    const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    const allowCredentials = [{ type: "public-key", id: bytes(id) }];
    const { rawId, response } = await navigator.credentials.get({ publicKey: { challenge: bytes(challenge), allowCredentials, userVerification: "required" } });
    return { credential: text(rawId), client_data: text(response.clientDataJSON), authenticator_data: text(response.authenticatorData), signature: text(response.signature) };
  }, { challenge, id: theirs.credentialId });
  await form.evaluate((form, signed) => {
    for (const [name, value] of Object.entries(signed)) form.elements.namedItem(name).value = value;
    form.submit();
  }, signed);
  assert.match(await page.locator(".failure .why").innerText(), /another officer's/);
  assert.equal((await entries()).length, before);
  await other.context.close();
  await context.close();
});

test("what was signed is what goes: a page that is pressed twice, or too late, releases once", async () => {
  const { page, context } = await officer("head");
  const before = (await entries()).length;
  await makePasskey(page, world.north.origin, "third desk");
  await review(page, "Once.");
  const question = await page.locator('input[name="question"]').inputValue();
  await page.getByRole("button", { name: "Sign with the passkey and release" }).click();
  await page.locator("p.done").waitFor();
  const mark = await page.locator('form[action="/sign-out"] input[name="mark"]').inputValue();
  const again = await context.request.post(`${world.north.origin}/act/release-draft`, {
    multipart: { mark, back: "/", question, id: "0".repeat(16), content: "0".repeat(64) }, maxRedirects: 0,
  });
  assert.equal(again.status(), 404);
  assert.equal((await entries()).length, before + 1);
  await context.close();
});

test("a passkey whose counter goes back is refused, and a removed one signs nobody in", async () => {
  const { page, device, context } = await officer("second");
  await makePasskey(page, world.north.origin, "copied");
  const signInAgain = async () => {
    await page.goto(`${world.north.origin}/sign-in`);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.locator("body[data-signed-in], .failure .why").first().waitFor();
  };
  const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/sign-in"));
  await signInAgain();
  assert.equal(await page.locator("body[data-signed-in]").count(), 1);
  // What signed in once, sent again by somebody who has seen it.
  const overheard = await sent;
  const replayed = await browser.newContext();
  const answer = await replayed.request.post(overheard.url(), {
    data: overheard.postDataBuffer(), headers: { "content-type": overheard.headers()["content-type"], origin: world.north.origin }, maxRedirects: 0,
  });
  assert.equal(answer.status(), 403);
  assert.match(await answer.text(), /too old, or was answered before/);
  assert.deepEqual(await replayed.cookies(), []);
  await replayed.close();
  const [credential] = await device.credentials();
  await device.setBack(credential);
  await signInAgain();
  assert.match(await page.locator(".failure .why").innerText(), /there may be a copy/);

  const listed = await world.north.ask("officer", "passkeys", "second");
  const { id } = listed.find((passkey) => passkey.label === "copied");
  await world.north.say("officer", "passkeys", "second", "--remove", id);
  await signInAgain();
  assert.match(await page.locator(".failure .why").innerText(), /signs nobody in here/);
  const { is_sound } = await world.north.ask("audit", "verify");
  assert.equal(is_sound, true);
  await context.close();
});

test("the administrator removes an officer's passkey from his page", async () => {
  const { page, context, faults } = await officer("keeper");
  await page.goto(`${world.north.origin}/administration/officers`);
  const before = (await world.north.ask("officer", "passkeys", "head")).length;
  assert.ok(before > 0);
  const section = page.locator("section", { has: page.getByRole("heading", { name: "head", exact: true }) });
  await section.getByText("Passkeys", { exact: true }).click();
  await section.getByRole("button", { name: /^Remove/ }).first().click();
  await page.locator("p.done").waitFor();
  assert.equal((await world.north.ask("officer", "passkeys", "head")).length, before - 1);
  assert.deepEqual(faults, []);
  await context.close();
});
