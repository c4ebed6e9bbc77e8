import { duration } from '../../../core/errors/wording.js';
import type { RunningRollout } from '../../../core/tenants/running-rollout.js';
import type { Invocation } from '../../process/invocation.js';
import { commandLine } from '../../process/retype.js';
import { tableOf, utc } from '../table.js';

/** A process that has been silent for longer than this may have died, in ms. It sends a heartbeat every second. */
const SILENT_MS = 60_000;

/** Rollouts for people; undefined if there is no queue. @param columns the width of the terminal; undefined if there is none. */
export function renderRollouts(
  rollouts: readonly RunningRollout[] | undefined,
  { typed, columns, now }: { readonly typed: Invocation; readonly columns: number | undefined; readonly now: Date },
): string {
  if (!rollouts) return 'No rollout is running: the queue does not exist yet. The first rollout or worker creates it';
  if (rollouts.length === 0) return 'No rollout is running';
  const rows = rollouts.map((each) => {
    const { rolloutId, failed, startedAt, seenAt } = each;
    return [rolloutId, stateOf(each), progressOf(each), failed, utc(startedAt), utc(seenAt)];
  });
  return [tableOf(HEAD, rows, { columns }), ...rollouts.flatMap((each) => silence(each, now, typed))].join('\n');
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

/** What to do about a rollout whose process no longer sends heartbeats. */
function silence({ rolloutId, seenAt }: RunningRollout, now: Date, { program }: Invocation): string[] {
  const silentMs = now.getTime() - seenAt.getTime();
  if (silentMs < SILENT_MS) return [];
  const cancel = commandLine(program, ['fleet', 'cancel', rolloutId]);
  return [
    `The process of rollout ${rolloutId} has been silent for ${duration(silentMs)}. If it died, run \`${cancel}\`.`,
  ];
}

/** The same for programs. Its shape is stable. */
export function rolloutsToJson(rollouts: readonly RunningRollout[]): object {
  return { rollouts };
}
