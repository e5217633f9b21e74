"use strict";
// Makes pages live, lets alarms be heard, and says that a message was really rendered. Pages can be read without it.

const page = document;
const find = (selector, within = page) => within.querySelector(selector);
const all = (selector, within = page) => [...within.querySelectorAll(selector)];

// --- Live: when something happens, the page is read again and its live parts take the place of the old ones.

let reading = false;
let wanted = false;

function isBeingUsed(part) {
  const active = page.activeElement;
  const isTyping = active && part.contains(active) && active.matches("input, select, textarea");
  // What rings is never held back by what somebody has begun to choose there.
  const isBegun = part.id !== "alarms" && all("input, select, textarea", part).some(isChanged);
  return isTyping || isBegun || all("dialog[open]", part).length > 0;
}

/** Whether somebody has put something else into a field than it came with. */
function isChanged(field) {
  if (field.type === "hidden") return false;
  if (field.matches("select")) {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  }
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** Parts that were opened stay open, by the nearest thing that has a name: others may have come before them. */
function keepOpen(old, fresh) {
  const nameOf = (details) => details.parentElement.closest("[id]")?.id;
  const beside = (details, root) => all("details", root).filter((other) => nameOf(other) === nameOf(details));
  all("details[open]", old).forEach((details) => {
    const twin = beside(details, fresh)[beside(details, old).indexOf(details)];
    if (twin) twin.open = true;
  });
}

async function readAgain() {
  if (reading) { wanted = true; return; }
  reading = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "yes" }, credentials: "same-origin" });
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") { say("ended"); return; }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    all("[data-live]").forEach((old) => {
      // A part within a part that was replaced is gone; within one that is being used it is looked at for itself.
      const part = old.isConnected && fresh.getElementById(old.id);
      if (!part || isBeingUsed(old) || part.innerHTML === old.innerHTML) return;
      const focus = old.contains(page.activeElement) ? page.activeElement.getAttribute("href") : null;
      keepOpen(old, part);
      old.replaceWith(part);
      if (focus) find(`a[href="${CSS.escape(focus)}"]`, part)?.focus();
    });
    tick();
    ring();
    watchRendered();
  } catch { /* The stream says when the node is back. */ } finally {
    reading = false;
    if (wanted) { wanted = false; setTimeout(readAgain, 300); }
  }
}

function say(what) {
  const state = find("#live-state");
  if (!state) return;
  const words = what ? state.dataset[what] : "";
  if (state.textContent !== words) state.textContent = words;
}

let due = null;
function soon() {
  if (due) return;
  due = setTimeout(() => { due = null; readAgain(); }, 250);
}

function listen() {
  const stream = new EventSource("/live");
  stream.addEventListener("changed", soon);
  stream.addEventListener("open", () => { say(""); soon(); });
  stream.addEventListener("error", () => {
    say("lost");
    // A stream that is refused is not tried again by the browser: the session is over, or the node is down.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
}

// --- Clocks.

function tick() {
  const now = new Date();
  all(".clocks [data-zone]").forEach((clock) => {
    const zone = clock.dataset.zone;
    try {
      const text = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false }).format(now);
      const shown = find(".clock", clock);
      if (shown && shown.textContent !== text) shown.textContent = text;
    } catch { /* A zone that this browser does not know keeps the server's time. */ }
  });
}

// --- Alarms are heard until a person acts. A browser lets a page be heard only after a person has touched it: the page says so.

const TONES = {
  life: { every: 1500, notes: [[880, 0.25], [660, 0.25], [880, 0.25], [660, 0.25]] },
  flash: { every: 2000, notes: [[988, 0.15], [988, 0.15], [988, 0.15]] },
  real: { every: 5000, notes: [[660, 0.2], [523, 0.3]] },
  exercise: { every: 10000, notes: [[440, 0.3]] },
  test: { every: 15000, notes: [[330, 0.15]] },
};
const ORDER = ["life", "flash", "real", "exercise", "test"];
let audio = null;
let ringer = null;
let ringing = null;

function sound(tone) {
  if (!audio || audio.state !== "running") return;
  let at = audio.currentTime;
  for (const [pitch, length] of TONES[tone].notes) {
    const voice = audio.createOscillator();
    const volume = audio.createGain();
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.01, at + length);
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at + length);
    at += length + 0.05;
  }
}

function ring() {
  const bar = find("#alarms");
  if (!bar) return;
  const tones = all("[data-tone]", bar).map((alarm) => alarm.dataset.tone);
  const loudest = ORDER.find((tone) => tones.includes(tone)) ?? null;
  // Not every page has all that rings; the number is of all.
  const count = Number(bar.dataset.ringing);
  page.title = page.title.replace(/^(\(\d+\) )?/, count ? `(${count}) ` : "");
  offerSound(bar, tones.length > 0);
  if (loudest === ringing) return;
  clearInterval(ringer);
  ringing = loudest;
  if (!loudest) return;
  sound(loudest);
  ringer = setInterval(() => sound(loudest), TONES[loudest].every);
}

function offerSound(bar, isNeeded) {
  const isOn = audio && audio.state === "running";
  let button = find("#sound");
  if (!button) {
    button = page.createElement("button");
    button.id = "sound";
    button.type = "button";
    button.className = "quiet";
    button.addEventListener("click", async () => {
      audio ??= new AudioContext();
      if (audio.state === "running") await audio.suspend(); else await audio.resume();
      ringing = null;
      ring();
    });
    find("header.bar .choices")?.before(button);
  }
  const words = isOn ? bar.dataset.soundOn : bar.dataset.soundOff;
  if (button.textContent !== words) button.textContent = words;
  button.setAttribute("aria-pressed", String(Boolean(isOn)));
  button.classList.toggle("urgent", isNeeded && !isOn);
}

// --- Shown: said only when the text has really been in view, on a page that is in front.

function watchRendered() {
  all("form[data-shown]").forEach((form) => {
    if (form.dataset.watched) return;
    form.dataset.watched = "yes";
    const text = page.getElementById(form.dataset.shown);
    if (!text) return;
    const eye = new IntersectionObserver((seen) => {
      if (!seen.some((part) => part.isIntersecting) || page.visibilityState !== "visible") return;
      eye.disconnect();
      fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" }).then(soon, () => {});
    }, { threshold: 0.1 });
    eye.observe(text);
  });
}

// --- Forms that send themselves.

function forms() {
  all("select[data-submits]").forEach((select) => {
    const button = find("button", select.form);
    if (button) button.hidden = true;
    select.addEventListener("change", () => {
      // The page is read anew: what somebody has begun to write goes only when he presses the button.
      const isBegun = all("main input, main textarea, main select").some(isChanged);
      if (isBegun && button) button.hidden = false;
      else select.form.requestSubmit();
    });
  });
  all("button[data-prints]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}

forms();
tick();
setInterval(tick, 1000);
if (page.body.dataset.signedIn) {
  ring();
  watchRendered();
  listen();
  // Lengths of time are the server's words: they are read again while nothing happens.
  setInterval(soon, 20000);
}
