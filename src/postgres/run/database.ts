import type { MigrationDatabase, MigrationSession } from '../../core/ports/ports.js';
import { displayName } from '../../core/target/table.js';
import type { ClientConfig } from 'pg';
import { abandonWhenAborted } from '../connection/cancel.js';
import { isPool, lease, type Lease, type Connection, type ConnectSettings } from '../connection/connection.js';
import { PgMigrationSession, type SessionSettings } from './session.js';
import { endWhenSilent } from '../connection/silence.js';

export interface DatabaseSettings extends Omit<SessionSettings, 'openConnection'> {
  readonly connection: Connection;
  readonly connecting: ConnectSettings;
  /** How long nothing may be heard from the server, before it is asked whether it is at work; in ms. */
  readonly silenceMs: number;
}

/** Opens migrating sessions on one database. */
export class PgMigrationDatabase implements MigrationDatabase {
  readonly table: string;

  constructor(private readonly settings: DatabaseSettings) {
    this.table = displayName(settings.table);
  }

  async open(signal?: AbortSignal): Promise<MigrationSession> {
    const first = await this.watched(this.settings.connection, signal);
    const openConnection = (): Promise<Lease> => this.watched(secondConnection(this.settings.connection), signal);
    return new PgMigrationSession(first, { ...this.settings, openConnection });
  }

  /** A connection that does not outlive a silent network, nor for long a run that was given up. */
  private async watched(connection: Connection, signal: AbortSignal | undefined): Promise<Lease> {
    const { connecting, silenceMs } = this.settings;
    const { timeoutMs } = connecting;
    const ask = (): Promise<Lease> => lease(secondConnection(connection), { timeoutMs, retryForMs: 0 });
    const leased = await lease(connection, connecting, signal);
    const heard = endWhenSilent(leased, { patienceMs: silenceMs, askMs: timeoutMs, openConnection: ask });
    return abandonWhenAborted(heard, signal);
  }
}

/** A pool may have no second connection to give: then one of our own, made as the pool makes them. */
function secondConnection(connection: Connection): string | ClientConfig {
  if (!isPool(connection)) return connection;
  const { options } = connection;
  return { ...options, password: options.password }; // the pool hides it from copies
}
