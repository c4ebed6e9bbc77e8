import type { makeProgram } from '../../../src/cli/program.js';

/** For looking at the commands without running one. */
export const SILENT_HOST: Parameters<typeof makeProgram>[0] = {
  version: '0.0.0',
  terminal: {
    out: () => {},
    err: () => {},
    columns: undefined,
    live: () => Promise.resolve(undefined),
    isInteractive: false,
    ask: () => Promise.resolve(''),
  },
  onStart: () => {},
  onExit: () => {},
};
