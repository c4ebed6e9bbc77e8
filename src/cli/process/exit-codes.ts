/** Exit codes of the command line. Scripts depend on them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  pending: 4,
  drift: 5,
  lint: 6,
  locked: 7,
  interrupted: 130,
  terminated: 143,
} as const;

/** What each exit code means, for the help and the reference. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'success',
  failed: 'a migration failed, or the command was refused',
  usage: 'wrong usage or configuration',
  unreachable: 'the database cannot be reached, or the connection was lost',
  pending: 'migrations are pending',
  drift: 'files, history and database disagree',
  lint: 'lint found a statement that would block or break the application',
  locked: 'another process held the migration lock for too long',
  interrupted: 'terminated by SIGINT',
  terminated: 'terminated by SIGTERM',
};
