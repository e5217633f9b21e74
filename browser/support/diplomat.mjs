// A diplomat at a console: what is done about encounters, topics, accounts and dates.
import { byClock, Officer } from "./officer.mjs";
import { eventually } from "./world.mjs";

export class Diplomat extends Officer {
  /** A moment for a field, by the clock of this side. */
  local(moment) { return byClock(moment, this.side.zone); }

  /** The part of a page that is about an entry; the page of one that has not arrived yet is asked for again. */
  async part(kind, path, place) {
    const part = this.page.locator(`#${kind}-${place.replace("/", "-")}`);
    await eventually(async () => { await this.go(this.line(path)); return (await part.count()) > 0; });
    return part;
  }

  encounter(place) { return this.part("encounter", `/encounters/${place}`, place); }

  async ask(kind, subject, level, more = {}) {
    await this.go(this.line("/encounters"));
    return this.send(this.form("ask-encounter"), { kind, message_type: "exercise", subject, level, ...more });
  }

  /** What of all that waits for a word this is about, on the board. */
  async waitsForAWord(words) {
    await this.go("/");
    return this.page.locator("#board .waiting li", { hasText: words });
  }

  /** Says how far an encounter has got. */
  async step(of, act, fields = {}) {
    const form = (await this.encounter(of)).locator("form", { has: this.page.locator(`input[name="act"][value="${act}"]`) });
    return this.send(form, fields);
  }

  schedule(of, from, until, more = {}) {
    return this.step(of, "scheduled", { "window_ms/0:time": this.local(from), "window_ms/1:time": this.local(until), ...more });
  }

  /** Agrees to what the other side has put on the record; the form comes by itself once it is there. */
  async agree(path, place) {
    await this.go(this.line(path));
    const form = this.page.locator('form[action="/act/answer-claim"]', { has: this.page.locator(`input[name="of"][value="${place}"]`) });
    await form.waitFor();
    return this.send(form, { stance: "agrees" });
  }

  async bring(csv) {
    await this.go(this.line("/history?type=exercise"));
    return this.send(this.form("import-contacts"), { "csv@text": { name: "contacts.csv", mimeType: "text/csv", buffer: Buffer.from(csv) } });
  }

  async raise(kind, title, raisedIn, words = "") {
    await this.go(this.line("/topics"));
    return this.send(this.form("raise-topic"), { kind, message_type: "exercise", title, words, "raised_in:list": [raisedIn] });
  }

  /** Gives this side's account: drafted, looked at, released. */
  async readOut(of, text) {
    const path = this.line(`/readouts/${of}`);
    await this.go(path);
    await this.send(this.form("draft-readout"), { "texts/0/language": "en", "texts/0/text": text });
    await this.go(path);
    return this.send(this.form("release-readout"));
  }

  /** A row of the two accounts side by side. */
  async row(of, words) {
    await this.go(this.line(`/readouts/${of}`));
    const row = this.page.locator("table.beside tbody tr", { hasText: words });
    await row.waitFor();
    return row.innerText();
  }

  /** Waits until a part of a page says these words. */
  async says(path, part, words) {
    await this.go(this.line(path));
    await this.page.locator(part).filter({ hasText: words }).first().waitFor();
  }

  async pack(party) {
    await this.go("/bearers");
    return this.download(`a[download]:text-matches("${party}")`, `for-${party}.pouch`);
  }

  async open(pouch) {
    await this.go("/bearers");
    return this.send(this.form("open-pouch"), { pouch });
  }

  /** The part about a run of private scheduling. */
  run(run) { return this.part("run", "/slots", run); }

  /** Says what this side has to say, as soon as it can, until a date is found. */
  async isFound(run) {
    const part = await this.run(run);
    if (await part.locator('form[action="/act/confirm-slot"]').count()) return true;
    const on = part.locator('form[action="/act/run-slots"]');
    if (await on.count()) await this.send(on);
    return false;
  }
}
