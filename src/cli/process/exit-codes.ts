/** Exit codes of the command line. Scripts depend on them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
