// Two nodes with a line between them, each behind relays that can be cut, as the stories have them.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Outside } from "./outside.mjs";
import { run, Running } from "./program.mjs";
import { TcpRelay, UdpRelay } from "./relay.mjs";

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One side: a home, a node, and what it is reached through. */
export class Side {
  static async make(folder, key, name, zone = "UTC") {
    const side = new Side();
    Object.assign(side, { key, name, zone, home: join(folder, key) });
    side.tls = await TcpRelay.start();
    side.quic = await UdpRelay.start();
    side.outside = await Outside.start();
    [side.quic.target, side.tls.target, side.port] = [await freePort(), await freePort(), await freePort()];
    await side.say("init", "--name", name, "--listen-quic", `127.0.0.1:${side.quic.target}`, "--listen-tls", `127.0.0.1:${side.tls.target}`,
      "--endpoint", `quic://127.0.0.1:${side.quic.port}`, "--endpoint", `tls://127.0.0.1:${side.tls.port}`);
    await side.configure();
    await side.serve();
    return side;
  }

  /** Times that let a cut be noticed while somebody watches, and a port that stays. */
  async configure() {
    const file = join(this.home, "openline.toml");
    let text = await readFile(file, "utf8");
    const put = (section, lines) => {
      text = new RegExp(`^\\[${section}\\]`, "m").test(text) ? text.replace(`[${section}]`, `[${section}]\n${lines}`) : `${text}\n[${section}]\n${lines}\n`;
    };
    const known = (line) => { text = text.replace(new RegExp(`^#?\\s*${line.split("=")[0].trim()}\\s*=.*$`, "m"), ""); };
    for (const line of [`api = "127.0.0.1:${this.port}"`]) { known(line); put("listen", line); }
    for (const line of ["keep_alive_ms = 300", "idle_timeout_ms = 1500", "reconnect_max_ms = 1000"]) { known(line); put("bearers", line); }
    const check = `check = ["127.0.0.1:${this.outside.port}"]`;
    known(check);
    put("uplink", check);
    await writeFile(file, text);
  }

  async serve() {
    this.node = new Running(["--home", this.home, "serve"], { TZ: this.zone });
    await this.node.until((lines) => lines.some((line) => line.includes("Console at")));
    this.origin = `http://localhost:${this.port}`;
  }

  /** Runs a command of this side's. */
  say(...args) { return run(["--home", this.home, ...args]); }

  async ask(...args) { return JSON.parse(await this.say("--json", ...args)); }

  /** A link into the console. */
  async link(officer) {
    const { url } = await this.ask("console", ...(officer ? ["--officer", officer] : []));
    return url;
  }

  cut(kind) { if (kind !== "tls") this.quic.cut(); if (kind !== "quic") this.tls.cut(); }
  restore() { this.quic.restore(); this.tls.restore(); }

  async end() { await this.node.end(); this.tls.end(); this.quic.end(); await this.outside.end(); }
}

/** Two sides and a line. */
export class World {
  static async start({ title = "Night line", north = "North", south = "South", termsText = "", posts = [], zones = [] } = {}) {
    const world = await World.strangers({ north, south, zones });
    world.title = title;
    await world.relate();
    const terms = join(world.folder, "terms.toml");
    await writeFile(terms, termsText);
    await world.north.say("charter", "propose", "--with", south, "--title", title, "--terms", terms, ...posts);
    await eventually(async () => (await world.south.ask("charter", "list")).length > 0);
    await world.south.say("charter", "sign", title);
    await eventually(async () => {
      const lines = await Promise.all(world.sides().map((side) => side.ask("line", "list")));
      return lines.every((list) => list.length === 1 && list[0].parties.every((party) => party.size > 0));
    });
    world.line = (await world.north.ask("line", "list"))[0].id;
    return world;
  }

  /** Two sides that know nothing of each other. */
  static async strangers({ north = "North", south = "South", zones = [] } = {}) {
    const world = new World();
    world.folder = await mkdtemp(join(tmpdir(), "openline-console-"));
    world.north = await Side.make(world.folder, "north", north, zones[0]);
    world.south = await Side.make(world.folder, "south", south, zones[1]);
    return world;
  }

  sides() { return [this.north, this.south]; }

  async relate() {
    const cards = await Promise.all(this.sides().map(async (side) => {
      const file = join(this.folder, `${side.key}.card`);
      await writeFile(file, await side.say("card", "file"));
      return file;
    }));
    await this.north.say("relation", "add", cards[1]);
    await this.south.say("relation", "add", cards[0]);
    const [{ phrase }] = await this.north.ask("relation", "list");
    await this.north.say("relation", "confirm", this.south.name, "--phrase", phrase);
    await this.south.say("relation", "confirm", this.north.name, "--phrase", phrase);
  }

  /** A side's own way out breaks: nothing that it asks outside is answered, nothing reaches it, and nothing of its comes out. */
  async breakUplink(side) { await side.outside.fallSilent(); this.cut(); }
  async mendUplink(side) { await side.outside.answer(); this.restore(); }

  cut(kind) { for (const side of this.sides()) side.cut(kind); }
  restore() { for (const side of this.sides()) side.restore(); }

  async end() {
    await Promise.all(this.sides().map((side) => side.end()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Looks again until it is so. */
export async function eventually(isSo) {
  for (;;) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
