/** Cuts a stream into the messages of PostgreSQL's protocol. A client's first has no type byte. */
export class MessageReader {
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private untyped: boolean,
    private readonly onMessage: (raw: Buffer, type: string, body: Buffer) => void,
  ) {}

  /** True between two messages. */
  get isIdle(): boolean {
    return this.rest.length === 0;
  }

  read(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (;;) {
      const head = this.untyped ? 0 : 1;
      if (this.rest.length < head + 4) return;
      const end = head + this.rest.readInt32BE(head);
      if (this.rest.length < end) return;
      const raw = this.rest.subarray(0, end);
      this.rest = this.rest.subarray(end);
      const type = this.untyped ? '' : String.fromCharCode(raw.readUInt8(0));
      this.untyped = false;
      this.onMessage(raw, type, raw.subarray(head + 4));
    }
  }
}
