import {
  foreignViews,
  tableReadOutsideTenant,
  relationsCreated,
  setsSearchPath,
} from '../../../core/checkpoint/rows-read.js';
import { locateInFile } from '../../../core/compile/source-text.js';
import { finding, type Finding } from '../../../core/errors/finding.js';
import { RefusedError } from '../../../core/errors/input-errors.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import type { Target } from '../../../core/target/target.js';
import { SCHEMA_PLACEHOLDER } from '../../../core/tenants/tenant.js';
import { readStatements, type CompiledFor, type ReadMigration } from '../catalog/read-statements.js';
import { findFarReaching } from '../catalog/verified-migrations.js';
import { findIrreplaceable, findRoleCode } from './assert-replaceable.js';

type Files = MigrationSet['migrations'];

/**
 * @param tenant what the tenants' files are compiled with.
 * @param shared the shared files, which the scratch databases get first.
 * @param isElsewhere true if the scratch databases are on another server, which shared files may change.
 * @throws RefusedError for tenants' files whose effect a checkpoint cannot contain, and for shared files that must not run
 */
export async function assertTenantsReplaceable(
  { migrations }: MigrationSet,
  tenant: CompiledFor & { readonly database: { readonly target: Target } },
  shared: CompiledFor & { readonly migrations: Files },
  isElsewhere: boolean,
): Promise<void> {
  const refusals = [
    ...(await findIrreplaceable(migrations, tenant, [SCHEMA_PLACEHOLDER])),
    ...(await findOtherRows(migrations, tenant)),
    ...(await findFarReaching(shared.migrations, shared, isElsewhere)).map((each) => asShared(each, isElsewhere)),
    // The scratch databases would change the roles of the server, twice.
    ...(isElsewhere ? [] : await findRoleCode(shared.migrations, shared)).map((each) => asShared(each, isElsewhere)),
  ];
  if (refusals.length > 0) throw new RefusedError(refusals);
}

function asShared({ code, subject, line, column, detail }: Finding, isElsewhere: boolean): Finding {
  const isRead = code !== 'UNREADABLE_STATEMENT';
  const reaches = isElsewhere ? 'shared-reaches-other-server' : 'shared-reaches-further';
  const place = { ...(line && { line }), ...(column && { column }) };
  const reason = isRead ? reaches : 'shared-unknown-statements';
  return finding('NOT_IN_CHECKPOINT', { subject, ...place, reason, ...(isRead && detail && { detail }) });
}

/** Statements whose result depends on rows that are not the tenant's: those of the application differ from day to day. */
async function findOtherRows(
  migrations: Files,
  tenant: CompiledFor & { readonly database: { readonly target: Target } },
): Promise<Finding[]> {
  const { target } = tenant.database;
  const found: Finding[] = [];
  const read: ReadMigration[] = [];
  for await (const each of readStatements(migrations, tenant)) read.push(each);
  const created = new Set<string>();
  const foreign = new Set<string>();
  const isWider =
    (target.searchPath ?? []).length > 1 ||
    read.some(({ statements }) => statements?.some(({ node }) => node && setsSearchPath(node)));
  const { schema = '' } = target.tenant ?? target.ownSchema ?? {};
  const scope = { schema, own: isWider ? created : undefined, foreign };
  for (const { migration, program, statements } of read) {
    for (const { node, start } of statements ?? []) {
      if (!node) continue;
      for (const view of foreignViews(node, scope)) foreign.add(view);
      for (const name of relationsCreated(node)) created.add(name);
      const detail = tableReadOutsideTenant(node, scope);
      if (detail === undefined) continue;
      const { line, column } = locateInFile(migration, program.source, start);
      found.push(
        finding('NOT_IN_CHECKPOINT', { subject: migration.file, line, column, reason: 'reads-other-rows', detail }),
      );
    }
  }
  return found;
}
