import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { POLICY_ACTIONS, type DriftKind } from '../../core/status/policy.js';
import type { RunFlags } from '../process/flags.js';
import type { Layer } from './layers.js';

/** The kinds of drift to which `--on-drift` applies: those that are never part of a normal deployment or retry. */
const DRIFT: readonly DriftKind[] = [
  'changed',
  'missing',
  'orphaned',
  'invalidIndex',
  'objectAdded',
  'objectRemoved',
  'objectChanged',
];

/** The policy that `--on-drift` and `--out-of-order` set. @param problems receives problems with flags. */
export function policyLayers({ onDrift, outOfOrder }: RunFlags, problems: ConfigurationProblem[]): Layer[] {
  return [
    ...policyLayer('--on-drift', DRIFT, onDrift, problems),
    ...policyLayer('--out-of-order', ['outOfOrder'], outOfOrder, problems),
  ];
}

function policyLayer(
  flag: string,
  kinds: readonly DriftKind[],
  action: string | undefined,
  problems: ConfigurationProblem[],
): Layer[] {
  if (action === undefined) return [];
  if (!(POLICY_ACTIONS as readonly string[]).includes(action)) {
    const detail = `expected one of ${POLICY_ACTIONS.map((each) => `"${each}"`).join(', ')}`;
    problems.push({ option: flag, code: 'invalid', detail });
    return [];
  }
  return [{ from: () => flag, options: { policy: Object.fromEntries(kinds.map((kind) => [kind, action])) } }];
}
