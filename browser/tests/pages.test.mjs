// Every page of a console that shows a whole story: in every language axe-core finds nothing, no policy is broken, pages are small;
// each is photographed in light, dark, narrow and Arabic into target/screenshots. What docs/ shows is taken from the same pages: with
// OPENLINE_REWRITE=1 the pictures in docs/images are taken anew.
import assert from "node:assert/strict";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { open, signIn, start, violations } from "../support/browser.mjs";
import { crawl } from "../support/crawl.mjs";
import { root, told } from "../support/program.mjs";

const shots = `${root}target/screenshots`;
const most = 100_000;
/** What the documents show: by the name of its photograph. */
const pictures = {
  "bad-night-board-dark": "board.png",
  "bad-night-lines-light": "line.png",
  "june-2023-lines-slots-light": "dates.png",
  "june-2023-lines-history-light": "history.png",
  "june-2023-board-arabic": "arabic.png",
  "bad-night-board-narrow": "narrow.png",
};
const images = `${root}docs/images`;
let browser;
before(async () => { browser = await start(); await mkdir(shots, { recursive: true }); });
after(async () => { await browser?.close(); });

async function choose(context, origin, language, theme) {
  const port = new URL(origin).port;
  const cookie = (name, value) => ({ name: `openline-${name}-${port}`, value, url: origin });
  await context.addCookies([cookie("language", language), cookie("theme", theme)]);
}

// A list and the page of one thing in it have pictures of their own.
const nameOf = (kind) => (kind === "/" ? "board" : kind.replace(/(lines\/_\/[a-z]+)\/_\/_$/, "$1/one").replace(/[^a-z0-9]+/gi, "-").replace(/^-+|-+$/g, ""));

// The first story shows every page in every language; the second what only a bad night shows, once in each direction.
const told_in = { "june-2023": ["en", "zh", "ru", "fr", "es", "ar"], "bad-night": ["en", "ar"] };

for (const [story, languages] of Object.entries(told_in)) {
  test(`every page of ${story}`, async (t) => {
    const { demo, links } = await told(story);
    t.after(() => demo.end("SIGINT"));
    const origin = new URL(links[0]).origin;
    const { context, page, faults } = await open(browser);
    await signIn(page, links[0]);
    // No story holds a test of the line; the pages about tests and bearers show one.
    const line = await page.locator('article.card h2 a[href^="/lines/"]').first().getAttribute("href");
    await page.goto(`${origin}${line}/health`);
    await page.locator('form[action="/act/test-now"] button').click();
    await page.locator("p.done").waitFor();
    const { kinds, downloads } = await crawl(page, origin);
    assert.ok(kinds.size > 20, `only ${kinds.size} kinds of page: ${[...kinds.keys()].join(" ")}`);
    const found = [];
    for (const [kind, path] of kinds) {
      for (const language of languages) {
        await choose(context, origin, language, "light");
        const answer = await page.goto(origin + path);
        const size = (await answer.body()).length;
        if (size > most) found.push(`${kind} in ${language} has ${size} bytes`);
        // Words that no language has are shown as their id.
        const raw = await page.locator("body").innerText();
        const ids = raw.match(/(^|\s)(failed|board|line|alarm|act|field|state|type|kind|stage)-[a-z-]+(?=\s|$)/g);
        if (ids) found.push(`${kind} in ${language} shows ${ids.join(",")}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 1) found.push(`${kind} in ${language} is ${wide} px too wide`);
        for (const violation of await violations(page)) found.push(`${kind} in ${language}: ${violation}`);
      }
      const name = `${story}-${nameOf(kind)}`;
      const photograph = async (suffix) => {
        await page.screenshot({ path: `${shots}/${name}-${suffix}.png`, fullPage: true });
        const picture = pictures[`${name}-${suffix}`];
        if (picture && process.env.OPENLINE_REWRITE) await page.screenshot({ path: `${images}/${picture}` });
      };
      await photograph("arabic");
      await choose(context, origin, "en", "light");
      await page.goto(origin + path);
      await photograph("light");
      await choose(context, origin, "en", "dark");
      await page.goto(origin + path);
      await photograph("dark");
      for (const violation of await violations(page)) found.push(`${kind} in the dark: ${violation}`);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(origin + path);
      await photograph("narrow");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 1) found.push(`${kind} is ${wide} px wider than a phone`);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    for (const [kind, path] of downloads) {
      const answer = await context.request.get(origin + path);
      if (!answer.ok()) found.push(`${kind} answers ${answer.status()}`);
    }
    await writeFile(`${shots}/${story}.txt`, [...kinds.keys()].join("\n") + "\n");
    assert.deepEqual([...found, ...faults], []);
    await context.close();
  });
}

test("the documents show the pictures that are there, and no others", async () => {
  const text = (await Promise.all(["README.md", "docs/console.md"].map((file) => readFile(root + file, "utf8")))).join("\n");
  const named = new Set([...text.matchAll(/images\/([a-z-]+\.png)/g)].map(([, name]) => name));
  const known = Object.values(pictures).sort();
  assert.deepEqual([...named].sort(), known);
  assert.deepEqual((await readdir(images)).sort(), known);
});
