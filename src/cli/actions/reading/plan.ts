import type { PlanFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { describePlan } from '../describe-plan.js';

/** Shows what a run would do. */
export const plan: Action<PlanFlags> = (flags, terminal) => describePlan(flags, terminal);
