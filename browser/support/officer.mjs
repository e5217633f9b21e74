// A duty officer at a console: what he does by clicking and typing, and what he reads off the pages.
import assert from "node:assert/strict";
import { join } from "node:path";
import { open, signIn } from "./browser.mjs";
import { run } from "./program.mjs";

/** Longer than anything takes on a loaded machine; nothing waits for it to pass. */
const PATIENCE = 90_000;

export class Officer {
  /** Sits down at the console of a side. */
  static async at(browser, world, side, name) {
    const officer = new this();
    Object.assign(officer, await open(browser), { world, side, name });
    officer.page.setDefaultTimeout(PATIENCE);
    await officer.comeIn();
    return officer;
  }

  /** Signs in by a link: the first time, and after the node was stopped. */
  async comeIn() { await signIn(this.page, await this.side.link(this.name)); }

  line(path = "") { return `/lines/${this.world.line}${path}`; }
  async go(path) { await this.page.goto(this.side.origin + path); }
  form(act) { return this.page.locator(`form[action="/act/${act}"]`); }

  /** Fills in one field, by what it is: a list ticks the boxes with its values. */
  async fill(form, name, value) {
    if (Array.isArray(value)) {
      for (const one of value) await form.locator(`input[name="${name}"][value="${one}"]`).check();
      return;
    }
    const field = form.locator(`[name="${name}"]`).first();
    const kind = await field.evaluate((field) => (["checkbox", "file"].includes(field.type) ? field.type : field.tagName));
    if (kind === "checkbox") await field.setChecked(value);
    else if (kind === "file") await field.setInputFiles(value);
    else if (kind === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }

  /** Sends a form that opens by its summary, if it must; releases what is shown for review. Gives the place of the entry, if there is one. */
  async send(form, fields = {}) {
    await form.evaluate((form) => {
      for (let around = form.parentElement; around; around = around.parentElement) if (around.tagName === "DETAILS") around.open = true;
      for (const within of form.querySelectorAll("details")) within.open = true;
    });
    for (const [name, value] of Object.entries(fields)) await this.fill(form, name, value);
    await form.locator("button[type=submit]").last().click();
    const reviewed = this.page.locator("section.review form.act button[type=submit]");
    const ended = this.page.locator("p.done, section.failure");
    await reviewed.or(ended).first().waitFor();
    if (await reviewed.count()) {
      this.reviewed = await this.page.locator("section.review").innerText();
      // What is to be released is said in words, not in the names that programs have for it.
      const labels = await this.page.locator("section.review dl.listing dt").allInnerTexts();
      this.faults.push(...labels.filter((label) => /^[a-z][a-z_]*$/.test(label)).map((label) => `the review calls something "${label}"`));
      await reviewed.click();
      await ended.first().waitFor();
    }
    const failure = this.page.locator("section.failure .why");
    if (await failure.count()) throw new Error(await failure.innerText());
    return new URL(this.page.url()).searchParams.get("place");
  }

  async takeWatch(who, { relieve = false, hasRead = false } = {}) {
    await this.go("/watch");
    const posts = await this.form("take-watch").count();
    for (let at = 0; at < posts; at += 1) {
      await this.go("/watch");
      const form = this.form("take-watch").nth(at);
      await this.send(form, { who, "languages:list": "en", ...(relieve ? { "relieve:yes": true } : {}), ...(hasRead ? { "notes_read:list": true } : {}) });
    }
  }

  /** Offers the watch of every post to somebody, with what he must know. */
  async handOver(to, note) {
    await this.go("/watch");
    const posts = await this.form("hand-over-watch").count();
    for (let at = 0; at < posts; at += 1) {
      await this.go("/watch");
      await this.send(this.form("hand-over-watch").nth(at), { to, note });
    }
  }

  async standDown() {
    for (;;) {
      await this.go("/watch");
      const forms = this.form("stand-down");
      if (!(await forms.count())) return;
      await this.send(forms.first());
    }
  }

  /** Writes a message as an exercise, keeps it as a draft, looks at it, and releases it. */
  async write({ subject, text, form = "message", precedence = "routine", fields = [], refs = "", authority = "", reply }) {
    await this.go(this.line(reply ? `/compose?reply=${reply}` : "/compose"));
    const values = { message_type: "exercise", form, precedence, subject, authority, "texts/0/text": text, "refs:list": refs || reply || "" };
    fields.forEach(({ name, value }, at) => Object.assign(values, {
      [`fields/${at}/name`]: name, [`fields/${at}/value`]: value, [`fields/${at}/is_critical:yes`]: true,
    }));
    await this.send(this.form("save-draft"), values);
    const place = await this.release();
    // What was looked at once more before it went is all of it.
    for (const said of [subject, text, ...fields.map((field) => field.value)])
      assert.ok(!said || this.reviewed.includes(said), `the review did not show "${said}": ${this.reviewed}`);
    return place;
  }

  /** Releases the draft on the page. */
  async release() {
    await this.page.waitForURL(/\/drafts\//);
    return this.send(this.form("release-draft"));
  }

  async receipt(of, stage, fields = {}) {
    await this.go(this.line(`/entries/${of}`));
    const form = this.page.locator('form[action="/act/receipt"]', { has: this.page.locator(`input[name="stage"][value="${stage}"]`) });
    return this.send(form.first(), fields);
  }

  async readBack(of, words, values) {
    const typed = Object.fromEntries(values.map((value, at) => [`values/${at}/value`, value]));
    return this.receipt(of, "read back", { words, ...typed });
  }

  async judge(of, verdict, fields = {}) {
    await this.go(this.line(`/entries/${of}`));
    const form = this.page.locator('form[action="/act/confirm"]', { has: this.page.locator(`input[name="verdict"][value="${verdict}"]`) });
    return this.send(form, fields);
  }

  async answer(of, outcome, words) {
    await this.go(this.line(`/entries/${of}`));
    return this.send(this.form("answer"), { outcome, words });
  }

  /** Puts another message in the place of one of his own: prepared with the original, its facts changed, and released. */
  async correct(of, text, fields = []) {
    await this.go(this.line(`/entries/${of}`));
    await this.send(this.form("prepare-superseding").first(), { "texts/0/text": text });
    await this.page.waitForURL(/\/drafts\//);
    if (fields.length) {
      await this.page.locator('a[href*="/compose?draft="]').click();
      const values = Object.fromEntries(fields.map((value, at) => [`fields/${at}/value`, value]));
      await this.send(this.form("save-draft"), values);
    }
    return this.release();
  }

  /** Waits until the board says that the line is in one of these states, and these words. */
  async sees(states, words = "") {
    await this.go("/");
    const said = [states].flat().join("|");
    const card = this.page.locator("article.card", { has: this.page.locator("p.big", { hasText: new RegExp(`\\b(${said})\\s*$`, "i") }) });
    await card.filter({ hasText: words }).waitFor().catch(async () => {
      assert.fail(`${this.side.name} does not say "${said}" and "${words}": ${await this.page.locator("#board").innerText()}`);
    });
  }

  /** Waits until something rings about an entry. */
  async hears(place, words = "") {
    await this.go("/");
    const alarm = this.page.locator("#alarms li.alarm[data-tone]", { has: this.page.locator(`a[href="${this.line(`/entries/${place}`)}"]`) });
    await alarm.filter({ hasText: words }).waitFor();
    return alarm;
  }

  /** Waits until nothing rings about an entry. */
  async hearsNothingOf(place) {
    await this.go("/");
    await this.page.locator(`#alarms li.alarm[data-tone] a[href="${this.line(`/entries/${place}`)}"]`).waitFor({ state: "detached" });
  }

  /** Waits until the board says that an entry waits, and for what. */
  async waits(place, words) {
    await this.go("/");
    await this.page.locator("ul.waiting li", { has: this.page.locator(`a[href="${this.line(`/entries/${place}`)}"]`) }).filter({ hasText: words }).waitFor();
  }

  /** Waits until nothing about an entry is open. */
  async isDone(place) {
    await this.go("/");
    await this.page.locator(`ul.waiting a[href="${this.line(`/entries/${place}`)}"]`).waitFor({ state: "detached" });
  }

  /** Waits until a page of the line holds these words; pages that are not live are read again. */
  async reads(path, words) {
    const found = this.page.locator("main", { hasText: words });
    const until = Date.now() + PATIENCE;
    do {
      await this.go(this.line(path));
      if (await found.count()) return;
      await this.page.waitForTimeout(250);
    } while (Date.now() < until);
    assert.fail(`${path} of ${this.side.name} does not say ${words}: ${await this.page.locator("main").innerText()}`);
  }

  /** The root of the record, as a stranger finds it in what is downloaded here. */
  async verifiedRoot() {
    await this.go(this.line("/record"));
    const file = await this.download('a[download][href$="/record/export"]', "record.export");
    return JSON.parse(await run(["verify", "--json", file])).record_root;
  }

  /** Keeps what a link of the page gives, as a file. */
  async download(link, name) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.locator(link).first().click()]);
    const file = join(this.world.folder, `${this.side.key}-${name}`);
    await download.saveAs(file);
    return file;
  }

  async end() { await this.context.close(); }
}

/** A moment for a field, by a clock of a zone. */
export const byClock = (moment, zone = "UTC") =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(new Date(moment)).replace(" ", "T");

/** A moment from now for a field, in UTC as the machine of the tests has it. */
export const inMinutes = (minutes) => byClock(Date.now() + minutes * 60_000);
