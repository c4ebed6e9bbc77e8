/** What passed through a proxy. */
export interface Traffic {
  connections: number;
  /**
   * How often a client waited: each time that it sends something after it heard something. Connecting counts once, with a
   * password or without.
   */
  roundTrips: number;
  /** Statements that the server completed. */
  statements: number;
  /** Bytes of all messages to the server. */
  bytesSent: number;
  /** Bytes of all answers, without those to connecting: they depend on the server's version and settings. */
  bytesReceived: number;
}

export function noTraffic(): Traffic {
  return { connections: 0, roundTrips: 0, statements: 0, bytesSent: 0, bytesReceived: 0 };
}
