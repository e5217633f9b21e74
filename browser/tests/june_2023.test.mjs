// The story of scenarios/june-2023.toml, clicked through by an officer in Washington and one in Beijing: every act of a person is done
// at a console, in the clock of its capital, and what the story finds is read off a page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start, violations } from "../support/browser.mjs";
import { Diplomat } from "../support/diplomat.mjs";
import { root } from "../support/program.mjs";
import { parts } from "../support/story.mjs";
import { eventually, World } from "../support/world.mjs";

const TERMS = `contact_interval_s = 2
`;
const ZONES = ["America/New_York", "Asia/Shanghai"];
const LEVEL = "foreign ministers";
const BOTH = "Washington:Secretary of State, Beijing:Foreign Minister";
const THE_DATE = /UTC\s+Thu 26 October 2023 13:00 – Thu 26 October 2023 16:00/;

let browser;
let world;
let us;
let cn;

before(async () => {
  browser = await start();
  world = await World.start({
    title: "Ministers", north: "Washington", south: "Beijing", termsText: TERMS, zones: ZONES,
    posts: ["--level", "ministers", "--language", "en", "--language", "zh", "--post", "secretary", "--post", "watch", "--zone", ZONES[0],
      "--member", `Beijing=minister,watch@${ZONES[1]}`],
  });
  for (const [side, name] of [[world.north, "washington-1"], [world.south, "beijing-1"]]) {
    const roles = ["drafter", "releaser", "duty officer"].flatMap((role) => ["--role", role]);
    await side.say("officer", "add", name, ...roles, "--line", "*");
  }
  us = await Diplomat.at(browser, world, world.north, "washington-1");
  cn = await Diplomat.at(browser, world, world.south, "beijing-1");
});
after(async () => { await browser?.close(); await world?.end(); });

const each = (act) => Promise.all([us, cn].map(act));

test("June 2023", { timeout: 900_000 }, async (story) => {
  const part = parts(story);
  const at = {};

  await part("both sit at the line; each board has the other capital's time", async () => {
    await us.takeWatch("watch");
    await cn.takeWatch("watch");
    await each((officer) => officer.sees("open"));
    const clocks = await us.page.locator("#board").innerText();
    assert.match(clocks, /Beijing/);
  });

  await part("words are agreed, and stand beside the text that somebody writes", async () => {
    await us.go(us.line("/glossary"));
    const term = await us.send(us.form("propose-terms"), {
      "terms/0/concept": "candid", "terms/0/equivalents/0/text": "candid", "terms/0/equivalents/1/text": "坦诚",
      "terms/0/note": "Of talks in which each side says what it thinks.",
    });
    await cn.go(cn.line("/glossary"));
    const answer = cn.page.locator('form[action="/act/answer-terms"]', { has: cn.page.locator(`input[name="of"][value="${term}"]`) });
    await eventually(async () => { await cn.go(cn.line("/glossary")); return (await answer.count()) > 0; });
    await cn.send(answer, { stance: "agrees" });
    for (const officer of [us, cn]) {
      const agreed = officer.page.locator("details", { hasText: "坦诚" });
      await eventually(async () => { await officer.go(officer.line("/compose")); return (await agreed.count()) > 0; });
      await agreed.locator("summary").click();
      assert.match(await agreed.locator("tbody").innerText(), /candid[^]*坦诚/);
      assert.deepEqual(await violations(officer.page), []);
    }
  });

  await part("older contacts are one side's claim, until the other says so too", async () => {
    at.first = await us.bring("date,kind,level,what,host,words\n2018,visit,foreign ministers,Visit of the US Secretary of State,Beijing,Press reports\n");
    await cn.agree("/history", at.first);
    at.bali = await cn.bring("date,kind,level,what,place,words\n2022-11,meeting,presidents,Meeting on the sidelines of the G20 summit,Bali,Press reports\n");
    await us.agree("/history", at.bali);
    await cn.says("/history", "#contacts tr", /G20 summit.*agreed by all/s);
    await cn.go(cn.line("/topics"));
    const what = "What the presidents agreed at Bali, to which both sides refer later. The reports do not say what it was in detail.";
    at.agreedAtBali = await cn.send(cn.form("note-undertaking"), { who: "Beijing", from: at.bali, what });
    await us.agree("/topics", at.agreedAtBali);
    await cn.says("/topics", "#undertakings", /agreed by all/);
  });

  await part("a call after months of silence: asked for, scheduled, what each said, held", async () => {
    at.call = await us.ask("call", "Telephone call of the Secretary of State and the Foreign Minister", LEVEL, { "setting/participants:list": BOTH });
    const asked = await cn.waitsForAWord("Telephone call");
    await asked.waitFor();
    assert.match(await asked.innerText(), /^Beijing is waited for: EXERCISE a word on the encounter asked for – Telephone call/);
    await asked.getByRole("link").click();
    await cn.page.locator(`#encounter-${at.call.replace("/", "-")}`).waitFor();
    await cn.step(at.call, "accepted in principle");
    await (await cn.waitsForAWord("Telephone call")).waitFor({ state: "detached" });
    at.callDay = await us.schedule(at.call, "2023-06-14T00:00Z", "2023-06-15T00:00Z", { words: "On Wednesday 14 June; the hour is not reported." });
    await cn.says("/encounters", `#encounter-${at.call.replace("/", "-")}`, "Wed 14 June 2023 08:00");
    await cn.agree("/encounters", at.callDay);

    const both = { form: "démarche", precedence: "priority", authority: "minister", refs: at.call };
    const position = await cn.write({
      ...both, subject: "Telephone call of 14 June: position of the Chinese side",
      text: "Summary of press reports: in the call the Chinese side asked the US side to stop harming its sovereignty, security and development interests.",
    });
    await us.waits(position, /acknowledge/i);
    await us.receipt(position, "acknowledged");
    await us.answer(position, "takes note", "");
    const answered = await us.write({
      ...both, subject: "Telephone call of 14 June: position of the US side",
      text: "Summary of press reports: in the call the US side asked that lines of communication be kept open, to avoid conflict.",
    });
    await cn.waits(answered, /acknowledge/i);
    await cn.receipt(answered, "acknowledged");
    await cn.answer(answered, "takes note", "");
    for (const message of [position, answered]) await each((officer) => officer.isDone(message));

    const held = await us.step(at.call, "held");
    await cn.agree("/encounters", held);
  });

  await part("each gives its own account of the call without having seen the other's", async () => {
    const ours = await us.readOut(at.call, "Summary: the two sides spoke by telephone on 14 June. The US side asked that lines of communication be kept open, to avoid conflict.");
    await cn.says(`/readouts/${at.call}`, "#accounts", "Shown when our own account is released");
    assert.ok(!(await cn.page.locator("main").innerText()).includes("lines of communication"), "nothing of it is on the page");
    const theirs = await cn.readOut(at.call, "Summary: the two sides spoke by telephone on 14 June. The Chinese side asked the US side to stop harming its sovereignty, security and development interests.");
    for (const officer of [us, cn]) {
      assert.match(await officer.row(at.call, "spoke by telephone on 14 June"), /both say/i);
      for (const words of ["lines of communication", "sovereignty"]) assert.match(await officer.row(at.call, words), /only one/i);
    }
    await us.step(at.call, "read out", { readout: ours });
    await cn.step(at.call, "read out", { readout: theirs });
    await us.says("/history", "#contacts tr", /Telephone call.*at least 196 days/s);
  });

  await part("QUIC is cut, and the line goes on over TLS: the visit begins", async () => {
    world.cut("quic");
    await each((officer) => officer.sees("degraded"));
    at.visit = await us.ask("visit", "Visit of the Secretary of State to Beijing", LEVEL, {
      host: "Beijing", "setting/participants:list": BOTH, "setting/location": "Beijing", "setting/languages:list": "en, zh",
    });
    await cn.step(at.visit, "accepted in principle");
    const days = await cn.schedule(at.visit, "2023-06-18T00:00Z", "2023-06-19T16:00Z", { "setting/location": "Beijing" });
    await us.agree("/encounters", days);
    const arrival = await us.write({
      form: "note verbale", refs: at.visit, subject: "Visit of the Secretary of State, 18 and 19 June",
      text: "Summary in the form of a note: the Department of State presents its compliments to the Ministry of Foreign Affairs and has the honour to refer to the two-day visit of the Secretary of State, which begins on 18 June 2023. The Department avails itself of this opportunity to renew to the Ministry the assurances of its highest consideration.",
    });
    await cn.waits(arrival, /acknowledge/i);
    await cn.receipt(arrival, "acknowledged");
    await us.reads(`/entries/${arrival}`, /acknowledged/i);
    for (const title of ["The war in Ukraine", "Taiwan", "Trade"]) at[title] = await us.raise("issue", title, at.visit);
    await cn.agree("/topics", at.Taiwan);
  });

  await part("what is said in public cites what is on the record about Bali", async () => {
    await cn.go(cn.line("/readouts"));
    const said = await cn.send(cn.form("make-statement"), {
      message_type: "exercise", title: "Statement of the spokeswoman, 18 June 2023", "disclose/0/of": at.agreedAtBali, "disclose/0/extent": "cited",
      "texts/0/text": "Summary: the spokeswoman said in public that she hopes the visit brings relations back to what the presidents agreed at Bali.",
    });
    assert.ok(said);
    await us.says("/readouts", "#statements", new RegExp(`brings relations back[^]*${at.agreedAtBali}`));
  });

  await part("the meeting's times stand side by side, and an hour that can't be is flagged", async () => {
    at.meeting = await cn.ask("meeting", "Meeting of the Secretary of State and the Foreign Minister", LEVEL, {
      host: "Beijing", within: at.visit, "setting/participants:list": BOTH, "setting/location": "Beijing",
    });
    await us.step(at.meeting, "accepted in principle");
    const held = await cn.step(at.meeting, "held", {
      "claims/0/source": "Press reports", "claims/0/end/civil": "2023-06-18T20:00", "claims/0/end/zone": "Asia/Shanghai", "claims/0/end/weekday:number": "7",
      "claims/0/minutes:number": "330",
      "claims/1/source": "One report", "claims/1/end/civil": "2023-06-18T20:00", "claims/1/end/zone": "Asia/Shanghai", "claims/1/end/weekday:number": "7",
      "claims/1/end/utc_ms:utc": "2023-06-18T09:00",
      words: "Over five hours; five and a half by one account, ending about 20:00 local time, which one report prints as 09:00 GMT.",
    });
    await us.agree("/encounters", held);
    const flagged = "2023-06-18 20:00 in Asia/Shanghai is 2023-06-18 12:00 UTC, not 2023-06-18 09:00 UTC";
    await each((officer) => officer.says("/encounters", `#encounter-${at.meeting.replace("/", "-")} .warning`, flagged));
  });

  await part("issues and opportunities, each with where it was raised and how each side sees it", async () => {
    at.channels = await us.raise("opportunity", "Diplomacy and open channels at all levels", at.meeting);
    const topic = await us.part("topic", `/topics/${at.channels}`, at.channels);
    await us.send(topic.locator('form[action="/act/state-position"]'), {
      words: "Summary: the US side stressed diplomacy and open channels at all levels, to reduce the risk of miscalculation.",
      status: "under discussion", "put_in:list": [at.meeting],
    });
    await us.raise("opportunity", "Opportunities for co-operation", at.meeting, "Summary: the US side raised issues of concern and opportunities for co-operation.");
    await cn.says("/topics", `#topic-${at.channels.replace("/", "-")}`, /reduce the risk of miscalculation/);
    await cn.says("/topics", `#topic-${at.channels.replace("/", "-")}`, /under discussion/i);
  });

  await part("both bearers are cut: the invitation goes by pouch, and its receipt comes back in the next", async () => {
    world.cut();
    await each((officer) => officer.sees(["unknown", "cut"]));
    at.invitation = await us.write({
      form: "first-person note", precedence: "priority", authority: "minister", refs: at.meeting, subject: "Invitation to Washington",
      text: "Summary: the Secretary invited the Foreign Minister to Washington.",
    });
    at.return = await us.ask("visit", "Visit of the Foreign Minister to Washington", LEVEL, {
      host: "Washington", returns: at.visit, "setting/participants:list": "Beijing:Foreign Minister, Washington:Secretary of State", "setting/location": "Washington",
    });
    await cn.open(await us.pack("Beijing"));
    await cn.reads(`/entries/${at.invitation}`, "invited the Foreign Minister to Washington");
    await us.open(await cn.pack("Washington"));
    await us.reads(`/entries/${at.invitation}`, /stored[^]*Beijing/i);
    world.restore();
    await each((officer) => officer.sees("open"));
  });

  await part("it is accepted in principle, and from then on a return is owed", async () => {
    const words = "Summary: both sides agreed to schedule a reciprocal visit at a mutually suitable time.";
    await cn.step(at.return, "accepted in principle", { words });
    const accepted = await cn.write({ form: "reply", precedence: "priority", reply: at.invitation, subject: "Reciprocal visit accepted in principle", text: words });
    await us.waits(accepted, /acknowledge/i);
    await us.receipt(accepted, "acknowledged");
    const owed = await cn.step(at.visit, "return owed", { party: "Beijing" });
    await us.agree("/encounters", owed);
    await each((officer) => officer.says("/encounters", "#returns", new RegExp(`Beijing[^]*agreed by all[^]*${at.return}[^]*accepted in principle`, "i")));
  });

  await part("a dinner in the visit's programme; then the visit has been held", async () => {
    at.dinner = await cn.ask("meeting", "Working dinner of the two heads of diplomacy", LEVEL, { host: "Beijing", within: at.visit, "setting/location": "Beijing" });
    const time = await cn.schedule(at.dinner, "2023-06-18T12:00Z", "2023-06-18T16:00Z", {
      "setting/location": "Beijing", words: "On the evening of 18 June, after the meeting; the hour is not reported.",
    });
    await us.agree("/encounters", time);
    await us.agree("/encounters", await cn.step(at.dinner, "held"));
    await cn.agree("/encounters", await us.step(at.visit, "held"));
    await each((officer) => officer.says("/history", "#contacts tr", /Visit of the Secretary of State to Beijing[^]*4 days[^]*2018/));
  });

  await part("each publishes its account of the visit", async () => {
    const ours = await us.readOut(at.visit, "Summary: the Secretary visited Beijing on 18 and 19 June. The US side's statement calls the talks candid, substantive and constructive.");
    const theirs = await cn.readOut(at.visit, "Summary: the Secretary visited Beijing on 18 and 19 June. The Chinese side published its own account of the talks.");
    for (const officer of [us, cn]) {
      assert.match(await officer.row(at.visit, "visited Beijing on 18 and 19 June"), /both say/i);
      assert.match(await officer.row(at.visit, "candid, substantive and constructive"), /only|in other words/i);
    }
    await us.step(at.visit, "read out", { readout: ours });
    await cn.step(at.visit, "read out", { readout: theirs });
  });

  await part("a date that suits both is found, and no calendar is shown", async () => {
    const calendar = (name) => `${root}scenarios/calendars/${name}.ics`;
    for (const [officer, own, other] of [[us, "washington", "beijing"], [cn, "beijing", "washington"]]) {
      await officer.go(officer.line("/slots"));
      await officer.send(officer.form("set-availability"), {
        "calendar/calendar@text": calendar(own), "calendar/zone": officer.side.zone,
        "holidays/0/calendar@text": calendar(`${own}-holidays`), "holidays/0/zone": officer.side.zone,
        "holidays/1/calendar@text": calendar(`${other}-holidays`), "holidays/1/zone": officer.side.zone,
      });
    }
    await us.go(us.line("/slots"));
    const form = us.form("propose-slots");
    for (const [party, from, until] of [["Washington", "09:00", "12:00"], ["Beijing", "00:00", "24:00"]]) {
      const hours = form.locator("fieldset", { has: us.page.locator(`input[type="hidden"][value="${party}"]`) });
      await hours.locator('[name$="/from"]').fill(from);
      await hours.locator('[name$="/until"]').fill(until);
    }
    const run = await us.send(form, {
      method: "blind match", message_type: "exercise", rule: "earliest", purpose: "Opening talks of the return visit, in Washington",
      "from_ms:time": us.local("2023-10-16T00:00Z"), "until_ms:time": us.local("2023-11-18T00:00Z"), "length_minutes:number": "180",
    });
    for (const officer of [us, cn]) await officer.send((await officer.run(run)).locator('form[action="/act/approve-slots"]'));
    await eventually(async () => (await Promise.all([us.isFound(run), cn.isFound(run)])).every((found) => found));
    for (const officer of [us, cn]) {
      const match = await officer.run(run);
      assert.match(await match.innerText(), THE_DATE);
      await officer.send(match.locator('form[action="/act/confirm-slot"]'));
    }
    await each(async (officer) => (await officer.run(run)).locator("p.slot", { hasText: /agreed/i }).waitFor());
    for (const officer of [us, cn]) assert.match(await (await officer.run(run)).innerText(), THE_DATE);
    const date = await us.schedule(at.return, "2023-10-26T13:00Z", "2023-10-26T16:00Z", { "setting/location": "Washington" });
    await cn.says("/encounters", `#encounter-${at.return.replace("/", "-")}`, /Thu 26 October 2023 21:00 – Fri 27 October 2023 00:00/);
    await cn.agree("/encounters", date);
    await each((officer) => officer.says("/encounters", "#returns", new RegExp(`${at.return}: scheduled`, "i")));
  });

  await part("both hold one record, which a stranger verifies; no page did what it may not", async () => {
    const roots = await each((officer) => officer.verifiedRoot());
    for (const officer of [us, cn]) assert.deepEqual(officer.faults, []);
    assert.ok(roots[0]);
    assert.equal(roots[0], roots[1]);
  });
});
