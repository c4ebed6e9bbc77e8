import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Freeze, Line } from './line.js';
import { noTraffic, type Traffic } from './traffic.js';

export interface ProxyOptions {
  /** How long each answer is held back, in ms: a network of that round trip. Default 0. */
  readonly roundTripMs?: number;
  /** Asked for each message, counted from 1, whether the connection stops there. */
  readonly freeze?: (text: string, nth: number) => Freeze | undefined;
}

/** A TCP proxy in front of a server that counts what passes. */
export interface Proxy {
  /** The same database, by way of the proxy. */
  readonly connectionString: string;
  /** Texts of the messages that wait for an answer, in order: simple queries, and `(sync)` for each extended one. */
  readonly messages: string[];
  /** What has passed so far. */
  traffic(): Readonly<Traffic>;
  /** The message at which a connection stopped, as soon as one did. */
  readonly frozen: Promise<string>;
  close(): Promise<void>;
}

export async function startProxy(connectionString: string, options: ProxyOptions = {}): Promise<Proxy> {
  const url = new URL(connectionString);
  const target = { port: Number(url.port), host: url.hostname };
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const traffic = noTraffic();
  let onFrozen!: (text: string) => void;
  const frozen = new Promise<string>((resolve) => (onFrozen = resolve));
  const onMessage = (text: string): Freeze | undefined => {
    messages.push(text);
    return options.freeze?.(text, messages.length);
  };

  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) sockets.add(socket.setNoDelay(true).on('error', () => {}));
    new Line(client, upstream, { traffic, roundTripMs: options.roundTripMs ?? 0, onMessage, onFrozen }).open();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    connectionString: url.href,
    messages,
    traffic: () => ({ ...traffic }),
    frozen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
