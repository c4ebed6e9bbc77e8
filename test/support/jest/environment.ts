import type { Circus } from '@jest/types';
import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';

/**
 * Tells the test file, in a global, that one of its tests or hooks failed. Jest offers no other way to learn it in a
 * hook.
 */
export default class FailureAwareEnvironment extends NodeEnvironment {
  handleTestEvent(event: Circus.Event): void {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') {
      (this.global as { __testFailed?: boolean }).__testFailed = true;
    }
  }
}
