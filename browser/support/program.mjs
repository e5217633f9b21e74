// The program under test, as processes of their own.
import { spawn, execFile } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const binary = process.env.OPENLINE_BIN ?? `${root}target/debug/openline`;

/** Runs a command to its end and gives what it printed; fails with what it said if it fails. */
export async function run(args, options = {}) {
  const env = { ...process.env, OPENLINE_PASSPHRASE: "a demonstration", ...options.env };
  const { stdout } = await promisify(execFile)(binary, args, { env, maxBuffer: 64 << 20 });
  return stdout;
}

/** A process that runs until it is ended; its lines are read as they come. */
export class Running {
  constructor(args, env = {}) {
    this.lines = [];
    this.waiting = [];
    this.child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, OPENLINE_LOG: "warn", ...env } });
    this.errors = "";
    this.child.stderr.on("data", (data) => { this.errors += data; });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.waiting = this.waiting.filter((look) => !look());
    });
    this.ended = once(this.child, "exit").then(([code]) => {
      this.code = code;
      this.waiting.forEach((look) => look());
    });
  }

  /** Waits until the lines printed so far satisfy `found`, and gives what it gives. */
  async until(found) {
    const look = (resolve, reject) => () => {
      const result = found(this.lines);
      if (result) resolve(result);
      else if (this.code !== undefined) reject(new Error(`ended with ${this.code}: ${this.lines.join("\n")}\n${this.errors}`));
      else return false;
      return true;
    };
    await new Promise((resolve, reject) => {
      const once = look(resolve, reject);
      if (!once()) this.waiting.push(once);
    });
    return found(this.lines);
  }

  async end(signal = "SIGTERM") {
    if (this.code === undefined) this.child.kill(signal);
    await this.ended;
  }
}

/** A story that has been told, whose consoles stay open: a link for each side. */
export async function told(story) {
  const demo = new Running(["demo", "--story", story, "--stay"]);
  const links = await demo.until((lines) => {
    const at = lines.findIndex((line) => line.includes("consoles stay open"));
    const links = lines.slice(at + 1).map((line) => line.match(/http:\S+/)?.[0]).filter(Boolean);
    return at >= 0 && links.length >= 2 ? links : null;
  });
  return { demo, links };
}
