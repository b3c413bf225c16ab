import * as net from "node:net";

/** Something that takes connections: a server of `node:http`, `node:http2` or `node:tls`. */
export interface Taker {
  emit(event: "connection", socket: net.Socket): boolean;
}

/** What stands on one port, by how a connection begins. */
export interface Takers {
  readonly http: Taker;
  /** HTTP/2 without TLS, which the SDK speaks to Bedrock. */
  readonly http2?: Taker;
  readonly tls?: Taker;
}

/** One port of this machine with several protocols on it. */
export class OnePort {
  private readonly sockets = new Set<net.Socket>();

  private constructor(private readonly server: net.Server) {}

  static async listen(takers: Takers): Promise<OnePort> {
    const server = net.createServer();
    const port = new OnePort(server);
    server.on("connection", (socket) => {
      port.sockets.add(socket);
      socket.once("close", () => port.sockets.delete(socket));
      // A client that gives up is no trouble of the server's.
      socket.on("error", () => socket.destroy());
      socket.once("data", (first: Buffer) => {
        socket.pause();
        socket.unshift(first);
        takerOf(takers, first).emit("connection", socket);
        process.nextTick(() => socket.resume());
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return port;
  }

  get number(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** Stops listening and ends every connection. */
  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
  }
}

function takerOf({ http, http2, tls }: Takers, first: Buffer): Taker {
  // The type of a TLS handshake's record, and the beginning of HTTP/2's preface.
  if (first[0] === 0x16 && tls) return tls;
  return first.toString("latin1", 0, 3) === "PRI" && http2 ? http2 : http;
}
