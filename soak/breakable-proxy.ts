import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Line {
  readonly client: Socket;
  readonly upstream: Socket;
  stalled: boolean;
}

/** A TCP proxy in front of a server whose lines can be cut, and can stall. */
export class BreakableProxy {
  private readonly lines = new Set<Line>();
  private readonly swallowed = new Set<Socket>();
  private swallowing = false;

  private constructor(
    private readonly server: Server,
    /** The same database, by way of the proxy. */
    readonly connectionString: string,
    private readonly target: { readonly host: string; readonly port: number },
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  static async start(connectionString: string): Promise<BreakableProxy> {
    const url = new URL(connectionString);
    const target = { host: url.hostname, port: Number(url.port) };
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    return new BreakableProxy(server, url.href, target);
  }

  /** Ends every line on both sides: in order, or as a host does that has forgotten it. */
  cut(how: 'end' | 'reset'): void {
    for (const { client, upstream } of this.lines) {
      for (const socket of [client, upstream]) {
        // Node 20 never exits after a reset of a socket that is just about to end.
        if (how === 'reset' && !socket.writableEnded) socket.resetAndDestroy();
        else socket.destroy();
      }
    }
  }

  /**
   * Nothing passes any more, and neither side is told, not even of the other one's end.
   *
   * @param newOnes also of connections that are made from now on.
   */
  stall(newOnes: boolean): void {
    this.swallowing = newOnes;
    for (const line of this.lines) line.stalled = true;
  }

  async close(): Promise<void> {
    const closed = once(this.server.close(), 'close');
    this.cut('reset');
    for (const client of this.swallowed) client.destroy();
    await closed;
  }

  private accept(client: Socket): void {
    client.on('error', () => {});
    if (this.swallowing) {
      this.swallowed.add(client.pause());
      return;
    }
    const line: Line = { client, upstream: connect(this.target), stalled: false };
    this.lines.add(line);
    this.forward(line, client, line.upstream);
    this.forward(line, line.upstream, client);
  }

  private forward(line: Line, from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (chunk) => void (line.stalled || to.write(chunk)));
    from.on('error', () => {});
    from.on('close', () => {
      if (line.stalled) return;
      this.lines.delete(line);
      to.destroySoon();
    });
  }
}
