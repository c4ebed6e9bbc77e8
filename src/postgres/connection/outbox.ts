import type { ClientBase } from 'pg';
import { Script, type ScriptResult, type ScriptSettings } from './script.js';

/** A text to send. */
interface Outgoing {
  readonly text: string;
  /** True for a history record: interrupting the run does not cancel it. */
  readonly isRecord: boolean;
  readonly settings: ScriptSettings;
  readonly resolve: (result: ScriptResult) => void;
}

/**
 * Sends texts in the order of the calls, each as one message. Those that are passed in the same turn, while nothing is
 * in flight, are sent together: their responses arrive in one round trip. An error in one does not stop
 * the next.
 */
export class Outbox {
  private waiting: Outgoing[] = [];
  private sent: Outgoing[] = [];

  constructor(private readonly client: ClientBase) {}

  /** The text that the server is processing, or else the next one to be sent. */
  get current(): Pick<Outgoing, 'text' | 'isRecord'> | undefined {
    return this.sent[0] ?? this.waiting[0];
  }

  /** Never rejects: the error is part of the result. */
  send(text: string, isRecord: boolean, settings: ScriptSettings): Promise<ScriptResult> {
    return new Promise((resolve) => {
      this.waiting.push({ text, isRecord, settings, resolve });
      if (this.sent.length === 0 && this.waiting.length === 1) queueMicrotask(() => this.sendWaiting());
    });
  }

  private sendWaiting(): void {
    this.sent = this.waiting;
    this.waiting = [];
    const [first, ...others] = [...this.sent];
    if (first) this.hand(first, others);
  }

  /**
   * Passes one to the driver, which sends the texts of all with the first one. The driver's queue must not hold more than
   * one, so each of the others follows while the previous one is being answered.
   */
  private hand(
    each: Outgoing,
    others: readonly Outgoing[],
    texts: readonly string[] = [each, ...others].map(({ text }) => text),
  ): void {
    const [next, ...rest] = others;
    let isNextHanded = next === undefined;
    const handNext = (): void => {
      if (isNextHanded) return;
      isNextHanded = true;
      this.hand(next as Outgoing, rest, []);
    };
    const settle = (result: ScriptResult): void => {
      handNext();
      this.sent.shift();
      if (this.sent.length === 0 && this.waiting.length > 0) this.sendWaiting();
      each.resolve(result);
    };
    this.client.query(new Script(texts, { ...each.settings, onSubmitted: handNext }, settle));
  }
}
