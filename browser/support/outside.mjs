// What answers outside, as long as a side's own way out is well.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export class Outside {
  static async start() {
    const outside = new Outside();
    const script = fileURLToPath(new URL("outside.py", import.meta.url));
    outside.child = spawn("python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
    outside.lines = createInterface({ input: outside.child.stdout });
    const [port] = await once(outside.lines, "line");
    outside.port = Number(port);
    return outside;
  }

  async order(word) {
    const done = once(this.lines, "line");
    this.child.stdin.write(`${word}\n`);
    await done;
  }

  fallSilent() { return this.order("silent"); }
  answer() { return this.order("answer"); }

  async end() {
    const ended = once(this.child, "exit");
    this.child.stdin.end();
    await ended;
  }
}
