// What stands between two nodes and can be cut: a relay for TCP and one for UDP, each before one node.
import dgram from "node:dgram";
import net from "node:net";

/** Carries TCP connections to a port, until it is cut. */
export class TcpRelay {
  static async start() {
    const relay = new TcpRelay();
    relay.pairs = new Set();
    relay.isCut = false;
    relay.server = net.createServer((socket) => relay.take(socket));
    await new Promise((resolve) => relay.server.listen(0, "127.0.0.1", resolve));
    relay.port = relay.server.address().port;
    return relay;
  }

  take(socket) {
    socket.on("error", () => {});
    // A line that is cut answers nothing: connections are taken and stay silent.
    if (this.isCut || !this.target) { this.pairs.add(socket); return; }
    const other = net.connect(this.target, "127.0.0.1");
    other.on("error", () => socket.destroy());
    socket.pipe(other).pipe(socket);
    for (const end of [socket, other]) {
      this.pairs.add(end);
      end.on("close", () => { socket.destroy(); other.destroy(); this.pairs.delete(end); });
    }
  }

  cut() { this.isCut = true; for (const end of this.pairs) { end.unpipe(); end.pause(); } }
  restore() { this.isCut = false; for (const end of this.pairs) end.destroy(); this.pairs.clear(); }
  end() { this.restore(); this.server.close(); }
}

/** Carries datagrams to a port and back, until it is cut. */
export class UdpRelay {
  static async start() {
    const relay = new UdpRelay();
    relay.isCut = false;
    relay.clients = new Map();
    relay.socket = dgram.createSocket("udp4");
    relay.socket.on("message", (data, from) => relay.forward(data, from));
    await new Promise((resolve) => relay.socket.bind(0, "127.0.0.1", resolve));
    relay.port = relay.socket.address().port;
    return relay;
  }

  forward(data, from) {
    if (this.isCut || !this.target) return;
    const key = `${from.address}:${from.port}`;
    let way = this.clients.get(key);
    if (!way) {
      way = dgram.createSocket("udp4");
      way.on("message", (answer) => { if (!this.isCut) this.socket.send(answer, from.port, from.address); });
      this.clients.set(key, way);
    }
    way.send(data, this.target, "127.0.0.1");
  }

  cut() { this.isCut = true; }
  restore() { this.isCut = false; }
  end() { for (const way of this.clients.values()) way.close(); this.socket.close(); }
}
