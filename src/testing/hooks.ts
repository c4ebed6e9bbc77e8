/** The hooks of Jest, Vitest and others. */
export interface TestHooks {
  /** Registers a hook that runs before each test. */
  beforeEach(hook: () => Promise<void>): unknown;
  /** Registers a hook that runs after each test. */
  afterEach(hook: (...context: unknown[]) => Promise<void>): unknown;
  /** Registers a hook that runs after the last test. */
  afterAll(hook: () => Promise<void>): unknown;
}

/** The global hooks. @throws Error when there are none */
export function hooksOf(scope: object): TestHooks {
  const hooks = scope as Partial<TestHooks>;
  if (hooks.beforeEach && hooks.afterEach && hooks.afterAll) return hooks as TestHooks;
  throw new Error(
    'There are no global hooks: pass those of the test runner to forEachTest({ beforeEach, afterEach, afterAll }).',
  );
}

/**
 * Whether the test that has just finished failed. Vitest passes this in the context of the hook. Jest tells only its
 * environment; its runner keeps the test in a variable of the global scope.
 */
export function hasFailed(context: unknown): boolean {
  const { task } = (context ?? {}) as { task?: { result?: { state?: string } } };
  if (task?.result?.state !== undefined) return task.result.state === 'fail';
  const symbol = Object.getOwnPropertySymbols(globalThis).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  const state = symbol && (globalThis as Record<symbol, unknown>)[symbol];
  const { currentlyRunningTest } = (state ?? {}) as { currentlyRunningTest?: { errors?: unknown[] } | null };
  return (currentlyRunningTest?.errors?.length ?? 0) > 0;
}
