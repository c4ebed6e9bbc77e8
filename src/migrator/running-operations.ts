import { withTimeout } from '../timing/timeout.js';

/** How long stopping waits for the catalog to be recorded, in ms: the next drift check can also record it. */
const RECORDING_TIMEOUT_MS = 5_000;

/** Runs work that the signals of the process may interrupt. */
type Interruptible = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** The running operations of a migrator, so that they can be stopped. */
export class RunningOperations {
  private readonly stopping = new AbortController();
  /** Aborted when recording the catalog is no longer awaited. */
  private readonly ending = new AbortController();
  private readonly operations = new Set<Promise<unknown>>();
  /** Operations whose result is known. */
  private readonly recordings = new Set<Promise<unknown>>();

  constructor(private readonly interruptible: Interruptible) {}

  /** @param work receives the signal that interrupts it, and another one for what it does once its result is known. */
  run<T>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal, recording: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const others = [this.stopping.signal, ...(signal ? [signal] : [])];
    const running = this.interruptible((own) =>
      work(AbortSignal.any([...others, own]), AbortSignal.any([this.ending.signal, own])),
    );
    return keep(running, this.operations);
  }

  /** From now on, the operation only records the catalog. @returns the result of the operation, to be passed on. */
  onlyRecords<T>(operation: Promise<void>, result: T): T {
    keep(operation, this.recordings).catch(() => {}); // reported by the operation itself
    return result;
  }

  /** Waits until the catalog is recorded. */
  async recorded(): Promise<void> {
    await Promise.allSettled(this.recordings);
  }

  /** Interrupts all running and later operations. Waits until they end, but only briefly for recording the catalog. */
  async stop(reason: string): Promise<void> {
    this.stopping.abort(reason);
    if (this.recordings.size > 0) await withTimeout(this.recorded(), RECORDING_TIMEOUT_MS, () => {});
    this.ending.abort(reason);
    await Promise.allSettled(this.operations);
  }
}

/** Keeps work in a set while it runs. */
function keep<T>(work: Promise<T>, running: Set<Promise<unknown>>): Promise<T> {
  running.add(work);
  const forget = (): void => void running.delete(work);
  work.then(forget, forget);
  return work;
}
