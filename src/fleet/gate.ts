import { messageOfAny } from '../core/errors/wording.js';
import type { RolloutStop } from '../core/tenants/report.js';
import type { RolloutSettings, WaveResult } from '../core/tenants/rollout-settings.js';
import { untilAborted } from '../timing/abort.js';
import { pause } from '../timing/pause.js';

type Gate = NonNullable<RolloutSettings['gate']>;

/** How a rollout waits. */
export interface Waiting {
  /** Aborted when the rollout is interrupted. */
  readonly signal: AbortSignal;
  /** How long ago the wave was migrated, in ms. A delay counts from then, even if another process did it. */
  readonly since: () => Promise<number>;
  /** @param delayMs how long it waits; undefined if a function decides. */
  readonly onReached: (delayMs: number | undefined) => void;
  /** Shows that it waits, until the signal is aborted. @returns why the rollout must stop, if it was cancelled meanwhile. */
  readonly show: (wave: WaveResult, signal: AbortSignal) => Promise<RolloutStop | undefined>;
}

/** Waits at the gate after a wave. @returns why the rollout must stop; undefined if the next wave may begin. */
export async function passGate(
  gate: Gate | undefined,
  wave: WaveResult,
  { signal, since, onReached, show }: Waiting,
): Promise<RolloutStop | undefined> {
  if (gate === undefined || signal.aborted) return undefined;
  const condition = typeof gate === 'number' ? gate - Math.max(0, await since()) : gate;
  if (typeof condition === 'number' && condition <= 0) return undefined;
  onReached(typeof condition === 'number' ? condition : undefined);
  const [passed, cancelled] = [new AbortController(), new AbortController()];
  const shown = show(wave, passed.signal).then((stop) => {
    if (stop) cancelled.abort(stop.reason);
    return stop;
  });
  const closed = await openingOf(condition, wave, AbortSignal.any([signal, cancelled.signal]));
  passed.abort();
  return (await shown) ?? closed;
}

async function openingOf(gate: Gate, wave: WaveResult, signal: AbortSignal): Promise<RolloutStop | undefined> {
  if (typeof gate === 'number') {
    await pause(gate, signal);
    return undefined;
  }
  const closed = (detail: string): RolloutStop => ({
    by: 'gate',
    reason: `the gate after wave ${wave.wave} of ${wave.of} ${detail}`,
  });
  try {
    const answer = Promise.resolve().then(() => gate(wave, signal)); // only once something listens to the signal
    const isOpen = await untilAborted(answer, signal, () => ({ error: signal.reason }));
    return isOpen ? undefined : closed('did not open');
  } catch (error) {
    if (signal.aborted) return undefined; // an interrupted rollout says so itself
    return closed(`failed: ${messageOfAny(error)}`);
  }
}
