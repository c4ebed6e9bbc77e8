import { messageOfAny } from '../core/errors/wording.js';
import type { RolloutStop } from '../core/tenants/report.js';
import type { RolloutSettings, WaveResult } from '../core/tenants/rollout-settings.js';
import { untilAborted } from '../timing/abort.js';
import { pause } from '../timing/pause.js';

/** Waits at the gate after a wave. @returns why the rollout must stop; undefined if the next wave may begin. */
export async function passGate(
  gate: RolloutSettings['gate'],
  wave: WaveResult,
  signal: AbortSignal,
): Promise<RolloutStop | undefined> {
  if (gate === undefined || signal.aborted) return undefined;
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
