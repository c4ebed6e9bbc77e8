import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageReader } from './message-reader.js';
import type { Traffic } from './traffic.js';

/**
 * Where a connection stops for good, as the wire of a process that is killed there:
 *
 * - `before`: the server never sees the message.
 * - `during`: the server has it, and nothing that it answers arrives.
 * - `after`: the same, once the server is through with it.
 */
export type Freeze = 'before' | 'during' | 'after';

/** What the proxy learns from its lines, and what they ask it. */
export interface Observer {
  readonly traffic: Traffic;
  readonly roundTripMs: number;
  /** Called for each message that waits for an answer. */
  onMessage(text: string): Freeze | undefined;
  /** Called once if the line stops. */
  onFrozen(text: string): void;
}

const TERMINATE = 'X';
/** An answer to the server's question for one, in any method. */
const PASSWORD = 'p';
const READY_FOR_QUERY = 'Z';
/** The end of a statement, with and without text. */
const COMPLETED = new Set(['C', 'I']);

/** One connection through the proxy. */
export class Line {
  /** The server has said something since the client did. */
  private heard = true;
  /** The client began its message after that. */
  private waited = false;
  /** Connecting has ended. */
  private ready = false;
  /** Messages that the server has and is not through with. */
  private unanswered = 0;
  private stopped: Freeze | undefined;
  private stoppedAt = '';

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly observer: Observer,
  ) {}

  open(): void {
    const { client, upstream } = this;
    this.observer.traffic.connections++;
    const toServer = new MessageReader(true, (raw, type, body) => this.send(raw, type, body));
    const toClient = new MessageReader(false, (raw, type) => this.receive(raw, type));
    client.on('data', (chunk) => {
      if (toServer.isIdle) this.waited = this.heard;
      toServer.read(chunk);
    });
    upstream.on('data', (chunk) => {
      toClient.read(chunk);
      if (!this.stopped) void this.answer(chunk);
    });
    client.on('close', () => upstream.destroySoon());
    // After what it said last, which may still be held back: a server that refuses a login says why and closes at once.
    upstream.on('close', () => void this.delay().then(() => client.destroySoon()));
  }

  private send(raw: Buffer, type: string, body: Buffer): void {
    if (this.stopped) return;
    const { traffic } = this.observer;
    const text = queryOf(type, body);
    if (this.waited && type !== TERMINATE && type !== PASSWORD) traffic.roundTrips++;
    traffic.bytesSent += raw.length;
    this.waited = false;
    this.heard = false;
    if (text !== undefined) {
      this.stopped = this.observer.onMessage(text);
      this.stoppedAt = text;
    }
    if (text !== undefined && this.stopped !== 'before') this.unanswered++;
    if (this.stopped !== 'before') this.upstream.write(raw);
    if (this.stopped && this.stopped !== 'after') this.observer.onFrozen(text ?? '');
  }

  private receive(raw: Buffer, type: string): void {
    const { traffic } = this.observer;
    if (this.ready) traffic.bytesReceived += raw.length;
    if (COMPLETED.has(type)) traffic.statements++;
    if (type !== READY_FOR_QUERY) return;
    if (this.ready) this.unanswered--;
    this.ready = true;
    if (this.stopped === 'after' && this.unanswered === 0) this.observer.onFrozen(this.stoppedAt);
  }

  private async answer(chunk: Buffer): Promise<void> {
    await this.delay();
    this.heard = true;
    this.client.write(chunk);
  }

  private delay(): Promise<void> {
    return sleep(this.observer.roundTripMs);
  }
}

function queryOf(type: string, body: Buffer): string | undefined {
  if (type === 'Q') return body.subarray(0, -1).toString();
  return type === 'S' ? '(sync)' : undefined;
}
