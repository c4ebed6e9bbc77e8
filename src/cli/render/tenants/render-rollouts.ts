import type { RunningRollout } from '../../../core/tenants/running-rollout.js';
import type { Invocation } from '../../process/invocation.js';
import { tableOf, utc } from '../table.js';
import { lostAmong } from './lost-rollouts.js';

/** Rollouts for people; undefined if there is no queue. @param columns the width of the terminal; undefined if there is none. */
export function renderRollouts(
  rollouts: readonly RunningRollout[] | undefined,
  { typed, columns }: { readonly typed: Invocation; readonly columns: number | undefined },
): string {
  if (!rollouts) return 'No rollout is running: the queue does not exist yet. The first rollout or worker creates it';
  if (rollouts.length === 0) return 'No rollout is running';
  const rows = rollouts.map((each) => {
    const { rolloutId, failed, startedAt, seenAt } = each;
    return [rolloutId, stateOf(each), progressOf(each), failed, utc(startedAt), utc(seenAt)];
  });
  return [tableOf(HEAD, rows, { columns }), ...lostAmong(rollouts, typed)].join('\n');
}

const HEAD = ['rollout', 'state', 'tenants of the wave', 'failed', 'started (UTC)', 'seen (UTC)'];

/** `running`, or `paused, at the gate after wave 1 of 3`. */
function stateOf({ state, gate }: RunningRollout): string {
  if (!gate) return state;
  const place = `at the gate after wave ${gate.wave} of ${gate.of}`;
  return state === 'running' ? place : `${state}, ${place}`;
}

/** `312 of 5,000 done`. */
export function progressOf({ done, tenants }: RunningRollout): string {
  return `${done.toLocaleString('en')} of ${tenants.toLocaleString('en')} done`;
}

/** The same for programs. Its shape is stable. */
export function rolloutsToJson(rollouts: readonly RunningRollout[]): object {
  return { rollouts };
}
