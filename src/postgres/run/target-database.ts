import type { Task } from '../../core/compile/task.js';
import type { ConnectionListener, DdlAudit, TargetDatabase, TargetSession } from '../../core/ports/ports.js';
import type { Target } from '../../core/target/target.js';
import { destroyWhenAborted } from '../supervision/cancel.js';
import { connect, secondSource, type ConnectionSource } from '../connection/connect.js';
import { checkLiveness } from '../supervision/liveness.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { ReusedConnections } from '../connection/reused-connections.js';
import { PgDdlAudit } from './ddl-audit.js';
import { scriptOf } from './script-of.js';
import { PgTargetSession, type SessionSettings } from './target-session.js';

/** How to connect to a target, and how its sessions work. */
export interface DatabaseSettings extends SessionSettings {
  readonly source: ConnectionSource;
  /** Sessions that several targets use one after another. @default each has its own */
  readonly reused?: ReusedConnections | undefined;
  /** How long one attempt to connect may take, in ms. */
  readonly connectTimeoutMs: number;
  /** How long to retry while the database is unreachable, in ms. */
  readonly connectRetryMs: number;
  /** How long the server may send nothing before its liveness is checked, in ms. */
  readonly networkTimeoutMs: number;
}

/** Opens sessions that may migrate one target. */
export class PgTargetDatabase implements TargetDatabase {
  readonly target: Target;
  readonly ddlAudit: DdlAudit;

  constructor(private readonly settings: DatabaseSettings) {
    this.target = settings.target;
    this.ddlAudit = new PgDdlAudit(this.target.table, (signal) => this.connect(settings.source, signal, {}));
  }

  async open(signal?: AbortSignal, listener: ConnectionListener = {}): Promise<TargetSession> {
    const { source, reused } = this.settings;
    const first = await this.connect(source, signal, listener, reused);
    return new PgTargetSession(first, this.settings, () => this.connect(secondSource(source), signal, listener));
  }

  scriptOf(task: Task): string {
    return scriptOf(task, this.target);
  }

  /** Opens a connection that ends when the network stalls, and soon after the run is interrupted. */
  private async connect(
    source: ConnectionSource,
    signal: AbortSignal | undefined,
    listener: ConnectionListener,
    reused?: ReusedConnections,
  ): Promise<PgConnection> {
    const { connectTimeoutMs, connectRetryMs, networkTimeoutMs } = this.settings;
    const settings = { connectTimeoutMs, connectRetryMs, ...listener };
    const connection = await (reused ? reused.take(settings, signal) : connect(source, settings, signal));
    const openConnection = (): Promise<PgConnection> => connect(secondSource(source), { connectTimeoutMs });
    checkLiveness(connection, { networkTimeoutMs, connectTimeoutMs, openConnection });
    destroyWhenAborted(connection, signal);
    return connection;
  }
}
