// Every kind of page that links lead to: two pages that differ only in their line, entry or number are of one kind.

/** The kind of a path: what names one thing among many is left out. */
export function kindOf(path) {
  const [page, query = ""] = path.split("#")[0].split("?");
  const parts = page.split("/").map((part) => (/^[0-9a-f]{16,}$|^\d+$|^[TE]\d+$/.test(part) ? "_" : part));
  const names = [...new URLSearchParams(query).keys()].filter((name) => !["done", "place"].includes(name)).sort();
  return parts.join("/") + (names.length ? `?${names.join("&")}` : "");
}

/** Walks from the board over all links; gives one path for each kind of page, in the order found. */
export async function crawl(page, origin) {
  const kinds = new Map([["/", "/"]]);
  const downloads = new Map();
  const queue = ["/"];
  while (queue.length) {
    const path = queue.shift();
    const answer = await page.goto(origin + path);
    if (answer.status() !== 200) throw new Error(`${path} answers ${answer.status()}`);
    const links = await page.locator("a[href]").evaluateAll((all) => all.map((a) => ({ href: a.getAttribute("href"), isFile: a.hasAttribute("download") })));
    for (const { href, isFile } of links) {
      if (!href.startsWith("/") || href.startsWith("//")) continue;
      const kind = kindOf(href);
      if (isFile) { if (!downloads.has(kind)) downloads.set(kind, href); continue; }
      if (kinds.has(kind)) continue;
      kinds.set(kind, href);
      queue.push(href);
    }
  }
  return { kinds, downloads };
}
