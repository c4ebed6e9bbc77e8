/** A user who has no session yet. */
export class WaitingUser<Session> {
  /** Rejects if none can be had. */
  readonly session: Promise<Session>;
  isConnecting = false;
  private readonly over = new AbortController();
  private resolve!: (session: Session) => void;
  private reject!: (error: unknown) => void;

  /** @param onAbort called once if the user gives up while nothing is being opened for it. */
  constructor(
    private readonly given: AbortSignal | undefined,
    private readonly onAbort: () => void,
  ) {
    this.session = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    given?.addEventListener('abort', this.giveUp);
    if (given?.aborted) this.over.abort();
  }

  /** Aborted when a session need not be opened for this user any more. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  give(session: Session): void {
    this.resolve(session);
    this.end();
  }

  fail(error: unknown): void {
    this.reject(error);
    this.end();
  }

  private readonly giveUp = (): void => {
    this.over.abort();
    if (!this.isConnecting) this.onAbort();
  };

  private end(): void {
    this.given?.removeEventListener('abort', this.giveUp);
    this.over.abort();
  }
}
