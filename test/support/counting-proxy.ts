import { afterEach } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Where a connection stops for good, as the wire of a process that is killed there:
 *
 * - `before`: the server never sees the message.
 * - `during`: the server has it, and nothing that it answers arrives.
 * - `after`: the same, once the server is through with it.
 */
export type Freeze = 'before' | 'during' | 'after';

export interface ProxyOptions {
  /** How long each answer is held back, in ms: a network of that round trip. Default 0. */
  readonly roundTripMs?: number;
  /** Asked for each message, counted from 1, whether the connection stops there. */
  readonly freeze?: (text: string, nth: number) => Freeze | undefined;
}

/** A TCP proxy in front of a server that keeps what clients ask through it. */
export interface CountingProxy {
  /** The same database, by way of the proxy. */
  readonly connectionString: string;
  /** Texts of the messages that wait for an answer, in order: simple queries, and `(sync)` for each extended one. */
  readonly messages: string[];
  /** Connections that were made through it. */
  connections(): number;
  /**
   * How often a client waited: each time that it sends something after it heard something. Connecting counts once, with a
   * password or without.
   */
  roundTrips(): number;
  /** The message at which a connection stopped, as soon as one did. */
  readonly frozen: Promise<string>;
}

const closing: (() => Promise<void>)[] = [];

/** Starts one; it ends after the test. */
export async function startCountingProxy(connectionString: string, options: ProxyOptions = {}): Promise<CountingProxy> {
  const target = new URL(connectionString);
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let roundTrips = 0;
  let tellFrozen!: (text: string) => void;
  const frozen = new Promise<string>((resolve) => (tellFrozen = resolve));

  const server = createServer((client) => {
    connections++;
    const upstream = connect(Number(target.port), target.hostname);
    let heard = true;
    let stopped: Freeze | undefined;
    let stoppedAt = '';

    const toServer = new MessageReader(true, (raw, type, body) => {
      if (stopped) return;
      const text = queryOf(type, body);
      if (heard && type !== TERMINATE && type !== PASSWORD) roundTrips++;
      heard = false;
      if (text !== undefined) {
        messages.push(text);
        stopped = options.freeze?.(text, messages.length);
        stoppedAt = text;
      }
      if (stopped !== 'before') upstream.write(raw);
      if (stopped && stopped !== 'after') tellFrozen(text ?? '');
    });
    const toClient = new MessageReader(false, (_raw, type) => {
      if (type === READY_FOR_QUERY && stopped === 'after') tellFrozen(stoppedAt);
    });
    client.on('data', (chunk) => toServer.read(chunk));
    upstream.on('data', (chunk) => {
      toClient.read(chunk);
      if (stopped) return;
      void sleep(options.roundTripMs ?? 0).then(() => {
        heard = true;
        return client.write(chunk);
      });
    });
    for (const [socket, peer] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {});
      socket.on('close', () => peer.destroySoon());
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const url = new URL(connectionString);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return { connectionString: url.href, messages, connections: () => connections, roundTrips: () => roundTrips, frozen };
}

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const READY_FOR_QUERY = 'Z';
const TERMINATE = 'X';
/** An answer to the server's question for one, in any method. */
const PASSWORD = 'p';

function queryOf(type: string, body: Buffer): string | undefined {
  if (type === 'Q') return body.subarray(0, -1).toString();
  return type === 'S' ? '(sync)' : undefined;
}

/** Cuts a stream into messages. A client's first has no type byte. */
class MessageReader {
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private untyped: boolean,
    private readonly onMessage: (raw: Buffer, type: string, body: Buffer) => void,
  ) {}

  read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      const head = this.untyped ? 0 : 1;
      if (this.rest.length < head + 4) return;
      const end = head + this.rest.readInt32BE(head);
      if (this.rest.length < end) return;
      const raw = this.rest.subarray(0, end);
      this.rest = this.rest.subarray(end);
      const type = this.untyped ? '' : String.fromCharCode(raw.readUInt8(0));
      this.untyped = false;
      this.onMessage(raw, type, raw.subarray(head + 4));
    }
  }
}
