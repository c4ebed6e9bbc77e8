import type { RunningRollout } from '../../../core/tenants/running-rollout.js';
import type { Invocation } from '../../process/invocation.js';
import { commandLine } from '../../process/retype.js';

/** What to do about rollouts whose processes no longer send heartbeats. */
export function lostAmong(rollouts: readonly RunningRollout[], { program }: Invocation): string[] {
  const lost = rollouts.filter(({ state }) => state === 'lost');
  return lost.map(({ rolloutId }) => {
    const cancel = commandLine(program, ['fleet', 'cancel', rolloutId]);
    return `The process of rollout ${rolloutId} no longer sends heartbeats. Workers still take the tenants that it put into the queue; to withdraw them, run \`${cancel}\`.`;
  });
}
