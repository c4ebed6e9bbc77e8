import type { ClientBase, Connection } from 'pg';
import type { Socket } from 'node:net';

/** The socket of a client, which the driver's types do not tell. */
export function socketOf(client: ClientBase): Socket {
  return (client as unknown as { connection: Connection }).connection.stream as Socket;
}
