// A real browser, in which nothing may go wrong unnoticed: errors on the console, broken policies, failed requests.
import { chromium } from "playwright-core";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

export async function start() {
  const path = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
}

/** A window of its own, as one officer has it; `faults` collects what no page may do. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en", ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // A page that answers with a refusal, or that its node is stopping, is itself an answer; the browser reports its status as an error.
    const isStatus = /Failed to load resource: the server responded with a status of (4\d\d|503)/.test(message.text());
    const isAway = /ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION_RESET)/.test(message.text());
    if (!isStatus && !isAway) faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy broken: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return { context, page, faults };
}

/** Opens a one-time link. */
export async function signIn(page, link) {
  await page.goto(link);
  await page.locator("main form button").click();
  await page.locator("body[data-signed-in]").waitFor();
}

const sessions = new WeakMap();

/** The page's one session with the browser's own tools: ending it would also end an authenticator that the page has. */
async function toolsOf(page) {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
  return sessions.get(page);
}

/** What axe-core finds wrong with the page, each in a line. The policy forbids scripts of others: it runs in a world of its own. */
export async function violations(page) {
  const session = await toolsOf(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression, contextId: executionContextId, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await evaluate(`${axe};0`);
  const found = await evaluate(`axe.run(document, { resultTypes: ["violations"] }).then((result) => JSON.stringify(result.violations))`);
  return JSON.parse(found).map((violation) => {
    const nodes = violation.nodes.slice(0, 3).map((node) => `${node.html} (${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ""})`);
    return `${violation.id}: ${violation.help}: ${nodes.join(" | ")}`;
  });
}
