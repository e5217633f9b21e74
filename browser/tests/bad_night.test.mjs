// The story of scenarios/bad-night.toml, clicked through by two duty officers: every act of a person is done at a console, and every
// state that the story expects is read off a page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "../support/browser.mjs";
import { inMinutes, Officer } from "../support/officer.mjs";
import { parts } from "../support/story.mjs";
import { eventually, World } from "../support/world.mjs";

/** As the story has them: short times, so that the night is over while somebody watches. */
const TERMS = `contact_interval_s = 2
clocks_s = [[0, 0, 0], [0, 0, 0], [0, 0, 3], [0, 0, 0]]
open_classes = ["safety-of-life"]
`;

let browser;
let world;
let north;
let south;

before(async () => {
  browser = await start();
  world = await World.start({ termsText: TERMS, posts: ["--post", "watch", "--post", "bridge", "--member", "South=watch,bridge@UTC"] });
  for (const [side, name] of [[world.north, "north-1"], [world.south, "south-1"]]) {
    const roles = ["drafter", "releaser", "duty officer"].flatMap((role) => ["--role", role]);
    await side.say("officer", "add", name, ...roles, "--line", "*");
  }
  north = await Officer.at(browser, world, world.north, "north-1");
  south = await Officer.at(browser, world, world.south, "south-1");
});
after(async () => { await browser?.close(); await world?.end(); });

const both = (states, words) => Promise.all([north, south].map((officer) => officer.sees(states, words)));

test("a bad night", { timeout: 900_000 }, async (story) => {
  const part = parts(story);
  await part("nobody sits at either end, then both do", async () => {
    await both("unattended");
    await north.takeWatch("night watch");
    await north.sees("unattended", "nobody is on watch at South (signed)");
    await south.takeWatch("night watch");
    await both("open");
  });

  await part("a critical fact is misread by an hour, put right, and confirmed", async () => {
    const fields = [{ name: "window", value: "02:10 to 02:40 UTC" }];
    const text = "We fire illumination flares from our bank of the river in the window given. No other fire is planned.";
    const window = await north.write({ subject: "Flare-firing window", text, precedence: "immediate", fields });
    const alarm = await south.hears(window, "nobody has acknowledged it");
    assert.match(await alarm.innerText(), /exercise/i, "an exercise says so where it rings");
    await south.receipt(window, "acknowledged");
    await Promise.all([north, south].map((officer) => officer.waits(window, /read.back/i)));
    await south.readBack(window, "You fire flares from your bank, and nothing else, for an hour and a half.", ["02:10 to 03:40 UTC"]);
    await north.reads(`/entries/${window}`, "02:10 to 03:40 UTC");
    await north.go(north.line(`/entries/${window}`));
    assert.match(await north.page.locator(".acts .warning[role=alert]").innerText(), /02:10 to 02:40 UTC ≠ 02:10 to 03:40 UTC/);
    assert.equal(await north.page.locator('form[action="/act/confirm"] input[name="anyway:yes"][required]').count(), 1);
    await north.judge(window, "corrected", { words: "For half an hour. The end is 02:40.", "values/0/value": "02:10 to 02:40 UTC" });
    await south.waits(window, /read.back/i);
    await south.readBack(window, "You fire flares from your bank, and nothing else, for half an hour.", ["02:10 to 02:40 UTC"]);
    await north.reads(`/entries/${window}`, "for half an hour");
    await north.judge(window, "confirmed");
    await Promise.all([north, south].map((officer) => officer.isDone(window)));
  });

  await part("a mistake of one's own is corrected at flash, and both stay in sight", async () => {
    const convoy = await south.write({
      subject: "Supply convoy", text: "A supply convoy passes the bridge at 03:00 UTC. It has 24 vehicles.", fields: [{ name: "vehicles", value: "24" }],
    });
    const corrected = await south.correct(convoy, "A supply convoy passes the bridge at 03:00 UTC. It has 42 vehicles.", ["42"]);
    await north.reads(`/entries/${convoy}`, "Replaced by");
    await north.reads(`/entries/${corrected}`, "It has 42 vehicles.");
    await north.answer(corrected, "takes note", "42 vehicles.");
    await south.reads(`/entries/${corrected}`, "takes note");
    await Promise.all([north, south].map((officer) => officer.isDone(corrected)));
    // A correction closes nothing by itself: the original is still to be acknowledged, and read back.
    await north.receipt(convoy, "acknowledged");
    await Promise.all([north, south].map((officer) => officer.waits(convoy, /read.back/i)));
  });

  let seen;
  let ours;
  await part("one bearer is cut, then both; what is written meanwhile crosses, and both are told", async () => {
    world.cut("quic");
    await both("degraded");
    world.cut();
    await both(["unknown", "cut"]);
    seen = await north.write({ subject: "Flares seen to the east", text: "We see flares to the east of the bridge. Are they yours?" });
    ours = await south.write({ subject: "Flares to the east", text: "The flares to the east of the bridge are ours, for a search at the water's edge." });
    await both("cut", "nothing answers at any address");
    world.restore();
    for (const officer of [north, south]) {
      await officer.reads(`/entries/${seen}`, new RegExp(`[Cc]rossed[^]*${ours}`));
      await officer.reads(`/entries/${ours}`, new RegExp(`[Cc]rossed[^]*${seen}`));
    }
    await both("open");
    // Where the time went is said, and on whose way.
    await north.reads(`/entries/${seen}/delay`, /no bearer to South stood/i);
    await south.go("/bearers");
    await south.page.locator("figure.way svg polyline").first().waitFor();
  });

  await part("a side knows its own fault, and the other can't", async () => {
    await world.breakUplink(world.south);
    await north.sees(["unknown", "cut"]);
    await south.sees("cut", "our own way out is down");
    await world.mendUplink(world.south);
    await both("open");
  });

  await part("a node that is stopped in order says so first", async () => {
    await world.south.node.end();
    await north.sees("node down", "(signed)");
    const patrol = await north.write({ subject: "Patrol on our bank", text: "A patrol of ours walks along our bank from 03:30 UTC. It does not cross." });
    await world.south.serve();
    await south.comeIn();
    await both("open");
    await south.reads("", "Patrol on our bank");
    await south.receipt(patrol, "acknowledged");
  });

  await part("a suspension shuts out what it says, and never safety of life", async () => {
    await north.go(north.line("/standing"));
    await north.send(north.form("set-status"), { act: "suspend", message_type: "exercise", reason: "Our watch deals with an accident on the river." });
    await both("open");
    await south.reads("/standing", "accident on the river");
    await assert.rejects(south.write({ subject: "Timetable of next week", text: "The tests of next week are at 09:00 and 17:00 UTC." }), /does not take such traffic/);

    await south.go(south.line("/notifications/humanitarian-movement"));
    const form = south.page.locator('form[action$="/notifications/humanitarian-movement"]');
    const period = [26, 30].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16) + "Z").join(" to ");
    const values = {
      organisation: "Relief organisation", urgency: "emergency", period, route: "Depot\nBridge\nDistrict hospital", departure: "48.10 N",
      destination: "48-15.00N 016-30.00E", positions_verified: "Map, scale 1:50 000", vehicles: "Ambulance 1\nAmbulance 2", staff: "6",
      cargo: "Medical supplies", escort: "no", contact: "Duty desk, channel 16",
    };
    const named = Object.fromEntries(Object.entries(values).map(([key, value]) => [`values/${key}`, value]));
    for (const [name, value] of Object.entries(named)) await form.locator(`[name="${name}"]`).fill(value);
    await form.locator('[name="message_type"]').selectOption("exercise");
    await form.locator("button[type=submit]").click();
    // A position in another form is named, with what it should look like; the rest is still there.
    const wrong = form.locator('[name="values/departure"][aria-invalid="true"]');
    await wrong.waitFor();
    assert.match(await south.page.locator("#hint-departure").innerText(), /DD-MM/);
    assert.equal(await form.locator('[name="values/contact"]').inputValue(), "Duty desk, channel 16");
    await wrong.fill("48-10.00N 016-20.00E");
    await form.locator("button[type=submit]").click();
    const ambulances = await south.release();
    await north.hears(ambulances);
    await north.receipt(ambulances, "acknowledged");
    await north.receipt(ambulances, "passed on", { class: "bridge guard" });
    await south.reads(`/entries/${ambulances}`, "bridge guard");
    await north.go(north.line("/standing"));
    await north.send(north.form("set-status"), { act: "resume", message_type: "exercise" });
    await eventually(async () => { await south.go(south.line("/standing")); return (await south.page.getByText("accident on the river").count()) === 0; });
    await south.write({ subject: "Timetable of next week", text: "The tests of next week are at 09:00 and 17:00 UTC." });
  });

  await part("an impostor's call is denied in writing, and one's own is announced", async () => {
    await north.go(north.line("/origin"));
    const what = "A voice that gave itself as South's duty officer and asked us to call the patrol back.";
    await north.send(north.form("ask-origin"), { channel: "call", message_type: "exercise", what });
    for (const [origin, words] of [["looking into it", ""], ["no", "Nobody of ours has called tonight."]]) {
      await south.reads("/origin", "call the patrol back");
      await south.send(south.form("find-origin").first(), { origin, words });
    }
    await north.reads("/origin", "Nobody of ours has called tonight.");
    await south.go(south.line("/origin"));
    await south.send(south.form("announce"), {
      channel: "call", message_type: "exercise", "from_ms:time": inMinutes(10), "to_ms:time": inMinutes(25), who: "duty officer", whom: "duty officer",
    });
    await north.reads("/origin", "duty officer");
    await south.reads("/origin", "duty officer");
    const codes = (officer) => officer.page.locator("code.secret").allInnerTexts();
    assert.deepEqual(await codes(north), await codes(south));
    assert.equal((await codes(north)).length, 2);
  });

  await part("a non-paper is read by the other side, and is on no record", async () => {
    await south.go("/non-papers");
    const text = "Between the two of us: it has been a bad night here as well.";
    await south.send(south.form("send-non-paper"), { to: "North", text, "off_the_record:yes": true });
    await north.go("/non-papers");
    await north.page.locator('#non-papers a[href^="/non-papers/"]').first().click();
    await north.page.locator("#non-paper-text", { hasText: text }).waitFor();
    assert.ok(!(await world.north.say("log", "--line", world.title)).includes("Between the two of us"));
  });

  await part("nobody answers, and it rings on both sides until somebody does", async () => {
    const text = "The water at the bridge gauge has risen by 40 cm since midnight. Please say that you have this.";
    const gauge = await north.write({ subject: "Water at the gauge", text, precedence: "priority" });
    await Promise.all([north, south].map((officer) => officer.hears(gauge, "not acknowledged in time")));
    // Silenced for a stated time, and not lost.
    await north.go("/");
    const silence = north.form("silence-alarm").first();
    await north.send(silence);
    await north.page.locator("#alarms li.alarm:not([data-tone])").first().waitFor();
    await south.receipt(gauge, "stand by", { "promised_ms:time": inMinutes(20) });
    await south.receipt(gauge, "acknowledged");
    await Promise.all([north, south].map((officer) => officer.hearsNothingOf(gauge)));
  });

  await part("the watch ends before its relief has come, and nobody has to guess it", async () => {
    await south.standDown();
    await both("unattended");
    await south.takeWatch("relief");
    await both("open");
  });

  await part("the watch is handed over: it is held until the next officer has read what he must know", async () => {
    const note = "North corrected its flares at flash; nothing else is open.";
    await south.handOver("second relief", note);
    await south.go("/");
    await south.page.locator("#board", { hasText: "relief offers the watch to second relief" }).waitFor();
    await both("open");
    await south.go("/watch");
    assert.match(await south.page.locator("main").innerText(), new RegExp(note));
    await assert.rejects(south.takeWatch("second relief"), /note/);
    await south.takeWatch("second relief", { hasRead: true });
    await south.go("/");
    const board = south.page.locator("#board");
    await board.filter({ hasText: "watch: second relief" }).waitFor();
    assert.doesNotMatch(await board.innerText(), /offers the watch/);
  });

  await part("both hold one record, which a stranger verifies; no page did what it may not", async () => {
    const roots = await Promise.all([north, south].map((officer) => officer.verifiedRoot()));
    for (const officer of [north, south]) assert.deepEqual(officer.faults, []);
    assert.equal(roots[0], roots[1]);
    assert.ok(roots[0]);
  });
});
