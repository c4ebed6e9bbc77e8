import { createFleetOf } from '../../../composition/fleet/create-fleet.js';
import { TENANTS_DIRECTORY } from '../../../composition/fleet/tenants-options.js';
import { Homes } from '../../../composition/fleet/homes.js';
import { migrationsOf } from '../../../composition/create-migrator.js';
import { examine, examineDatabase, examineDirectory, ours } from '../../../composition/doctor.js';
import { check, type Check } from '../../../core/doctor/check.js';
import { DatabaseConnectionError } from '../../../core/errors/database-errors.js';
import type { TenantStanding } from '../../../core/tenants/standing.js';
import type { Tenant } from '../../../core/tenants/tenant.js';
import type { FleetStatus } from '../../../fleet/fleet-options.js';
import type { TenantSelection } from '../../../fleet/selection.js';
import type { ProjectOptions } from '../../configuration/project-options.js';
import { settingsFrom } from '../../configuration/settings.js';
import type { CommonFlags } from '../../process/flags.js';
import type { Invocation } from '../../process/invocation.js';
import { jsonText } from '../../render/json-text.js';
import { forSharedFiles, forTenant } from '../../render/tenants/for-tenant.js';
import { groupStandings } from '../../render/tenants/groups.js';
import { describeTenants, indented, numberOf } from '../../render/tenants/words.js';
import type { Action } from '../action.js';
import { noTenants } from '../no-tenants.js';
import { exitCodeOf, linesOf, toJson, totalOf } from './doctor.js';

/** Checks with the same result for some tenants; for all tenants if none is named. */
interface TenantChecks {
  readonly tenants: readonly string[];
  readonly checks: readonly Check[];
}

/** Checks the shared files too, then the files and the list of tenants, their databases and their schemas. */
export const doctorOfTenants: Action<CommonFlags> = async (flags, { out, typed }) => {
  const { tenants, ...options } = await settingsFrom(flags);
  if (!tenants) throw noTenants();
  const shared = await (tenants.sharedFiles ? examine(options) : examineDatabase(options));
  const selection = { tenants: flags.tenant, group: flags.group };
  const groups = await examineTenants({ ...options, tenants }, selection, shared.some(isUnreachable));
  const all = [...shared, ...groups.flatMap(({ checks }) => checks)];
  const exitCode = exitCodeOf(all);
  if (flags.json) {
    const ofTenants = groups.map(({ tenants: names, checks }) => ({
      tenants: names,
      checks: checks.map(toJson(voiceFor(names, typed))),
    }));
    out(jsonText({ exitCode, checks: shared.map(toJson(forSharedFiles(typed))), tenants: ofTenants }));
  } else {
    const lines = groups.flatMap(({ tenants: names, checks }) => {
      const own = linesOf(checks, voiceFor(names, typed));
      return names.length === 0 ? ['Tenants:', ...own] : [`${describeTenants(names)}:`, ...own.map(indented)];
    });
    out([...linesOf(shared, forSharedFiles(typed)), ...lines, totalOf(all)].join('\n'));
  }
  return exitCode;
};

function voiceFor([first]: readonly string[], typed: Invocation): Invocation {
  return first === undefined ? typed : forTenant(typed, first);
}

async function examineTenants(
  { tenants, ...options }: ProjectOptions & Required<Pick<ProjectOptions, 'tenants'>>,
  selection: TenantSelection,
  /** True if the report says that the main database cannot be reached. */
  isMainReported: boolean,
): Promise<readonly TenantChecks[]> {
  const homes = new Homes(options);
  const fleet = createFleetOf(options, tenants, () => {}, null, homes);
  const { checks } = await examineDirectory(
    migrationsOf({ ...options, directory: tenants.directory }, TENANTS_DIRECTORY),
  );
  try {
    const listed = await fleet.tenants(selection);
    const databases = await examineDatabases(homes, listed);
    const inMain = listed.filter(({ place }) => homes.of(place) === homes.main).map(({ name }) => name);
    const reported = new Set([
      ...(isMainReported ? inMain : []),
      ...databases.flatMap(({ tenants: names, checks: own }) => (own.some(isUnreachable) ? names : [])),
    ]);
    const unread: Check[] = [];
    const standings = await fleet.status(selection).then(
      (status) => standingChecks(status, reported),
      (error: unknown) => {
        const isReported = error instanceof DatabaseConnectionError && listed.every(({ name }) => reported.has(name));
        if (!isReported) unread.push(failedRead(error));
        return [];
      },
    );
    const level = listed.length === 0 ? 'warning' : 'ok';
    const ofList = [...checks, check('tenants', level, found(listed)), ...unread];
    return [{ tenants: [], checks: ofList }, ...databases, ...standings];
  } catch (error) {
    return [{ tenants: [], checks: [...checks, check('tenants', 'error', ours(error))] }];
  } finally {
    await fleet.close();
  }
}

function found(tenants: readonly Tenant[]): string {
  const databases = new Set(tenants.map(({ place }) => place.database)).size;
  return `The list names ${numberOf(tenants.length)} in ${databases} database${databases === 1 ? '' : 's'}.`;
}

/** Checks databases other than that of the shared files. */
async function examineDatabases(homes: Homes, tenants: readonly Tenant[]): Promise<readonly TenantChecks[]> {
  const others = new Map<object, { readonly first: Tenant; readonly names: string[] }>();
  for (const tenant of tenants) {
    const home = homes.of(tenant.place);
    const known = others.get(home);
    if (known) known.names.push(tenant.name);
    else if (home !== homes.main) others.set(home, { first: tenant, names: [tenant.name] });
  }
  const examined: TenantChecks[] = [];
  for (const { first, names } of others.values())
    examined.push({ tenants: names, checks: await examineDatabase(homes.of(first.place).options) });
  return examined;
}

/**
 * What keeps tenants from being migrated.
 *
 * @param reported the tenants for which the report says that their database cannot be reached.
 */
function standingChecks({ tenants }: FleetStatus, reported: ReadonlySet<string>): readonly TenantChecks[] {
  const isReported = ({ tenant, error }: TenantStanding): boolean =>
    error instanceof DatabaseConnectionError && reported.has(tenant);
  return groupStandings(tenants.filter((each) => !isReported(each))).flatMap(
    ({ tenants: names, first: { findings, error } }) => {
      const checks = [
        ...findings.map((each) => check('tenants', each.severity === 'error' ? 'error' : 'warning', each)),
        ...(error ? [failedRead(error)] : []),
      ];
      return checks.length === 0 ? [] : [{ tenants: names, checks }];
    },
  );
}

function isUnreachable({ what }: Check): boolean {
  return what instanceof DatabaseConnectionError;
}

/** The area decides on the exit code: databases that cannot be reached have their own. */
function failedRead(error: unknown): Check {
  return check(error instanceof DatabaseConnectionError ? 'connection' : 'tenants', 'error', ours(error));
}
