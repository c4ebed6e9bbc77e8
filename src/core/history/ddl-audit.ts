/** A statement that changed the schema outside migrations, as the DDL audit recorded it. Entries are only added. */
export interface DdlEntry {
  /** Increases with each entry. */
  readonly id: number;
  readonly at: Date;
  /** The role that ran it, as in `current_user`. */
  readonly role: string;
  /** The login role, as in `session_user`. */
  readonly login: string;
  /** `application_name` of its connection. */
  readonly application: string;
  /** The address of its client; null for a socket. */
  readonly address: string | null;
  /** `ALTER TABLE`. */
  readonly command: string;
  /** `table column`; null where PostgreSQL names no object. */
  readonly objectType: string | null;
  /** `app.orders.status`; null where PostgreSQL names no object, as for `GRANT`. */
  readonly object: string | null;
  /** True if the object was dropped. */
  readonly dropped: boolean;
}
