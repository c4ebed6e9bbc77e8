import { displayObject, type CatalogObject } from '../../../core/catalog/catalog-object.js';
import { compareCatalogs } from '../../../core/catalog/compare-catalogs.js';
import { checkpointText } from '../../../core/checkpoint/checkpoint-text.js';
import { cleanDump } from '../../../core/checkpoint/clean-dump.js';
import { accessToOwnTables } from '../../../core/checkpoint/own-access.js';
import type { MadeCheckpoint } from '../../../core/checkpoint/failed-statement.js';
import {
  differingBlocksOfTenant,
  differingTemplates,
  tenantBlocks,
  type TenantBlocks,
} from '../../../core/checkpoint/tenant-blocks.js';
import { forMessage, type TenantNames } from '../../../core/checkpoint/tenant-template.js';
import { placeholderNames } from '../../../core/compile/placeholders.js';
import type { Compiler } from '../../../core/compile/compiler.js';
import {
  CheckpointError,
  derivedFromSchema,
  looksLikePlaceholder,
  changesOutsideTenant,
  tenantsDiffer,
} from '../../../core/errors/catalog/checkpoint-error.js';
import type { AppliedFor } from '../../../core/errors/catalog/checkpoint-failure.js';
import { Migration } from '../../../core/migration/migration.js';
import { MigrationSet } from '../../../core/migration/migration-set.js';
import { newMigrationBody } from '../../../core/migration/new-migration.js';
import type { MigrationSource } from '../../../core/ports/ports.js';
import type { ScratchDatabase } from '../../../core/ports/scratch.js';
import type { MigrationWriter } from '../../../core/ports/writer.js';
import type { Target } from '../../../core/target/target.js';
import { SCHEMA_PLACEHOLDER } from '../../../core/tenants/tenant.js';
import type { MigratorParts } from '../../run/parts.js';
import { inScratch } from '../catalog/in-scratch.js';
import { readUsable } from '../read-usable.js';
import { applyFor, type Applied } from './apply-for.js';
import { assertTenantsReplaceable } from './assert-tenants-replaceable.js';
import { assertAlike, assertNameless, dumpOf, dumpOfOwnTables, unique, type Result } from './dump.js';
import type { Replaced } from './find-replaced.js';
import { madeUpSchemas, plainSchema, type Schemas } from './made-up-schemas.js';
import { writeCheckpoint, type CheckpointReport, type ProofOptions } from './write-checkpoint.js';

/** What a checkpoint of tenants' files depends on. */
export interface TenantCheckpointParts {
  /** For the shared files, which scratch databases get first. Its source is empty if there are none. */
  readonly shared: MigratorParts;
  /** The files of tenants, their compiler, and where they are written. */
  readonly source: MigrationSource;
  readonly compiler: Compiler;
  readonly writer: MigrationWriter;
  /** The target of a made-up tenant with this schema. */
  readonly targetOf: (schema: string) => Target;
}

/** Writes one file that leaves the schema of a new tenant as the tenants' files up to a version do. */
export async function checkpointOfTenants(
  parts: TenantCheckpointParts,
  version: string,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<CheckpointReport> {
  const shared = await sharedFiles(parts);
  const schemas = madeUpSchemas();
  const tenant = { compiler: parts.compiler, database: { target: parts.targetOf(schemas.plain) } };
  const first = { ...parts.shared, migrations: shared.migrations };
  const work = new TenantCheckpoint(parts, shared, schemas, options, signal);
  return writeCheckpoint(parts, version, options, signal, {
    assertReplaceable: (toApply) => assertTenantsReplaceable(toApply, tenant, first, options.server !== undefined),
    dumpAndProve: (file, replaced) => work.dumpAndProve(file, replaced),
  });
}

/** One file without effect if there are no shared files: our own objects must exist before the first tenant. */
async function sharedFiles({ shared }: TenantCheckpointParts): Promise<MigrationSet> {
  const set = await readUsable(shared.source);
  if (set.migrations.length + set.checkpoints.length > 0) return set;
  return new MigrationSet(set.location, [
    new Migration('0_nothing.sql', newMigrationBody('SELECT 1;', shared.writer.layout)),
  ]);
}

/** What a scratch database contains. */
interface Reading extends Pick<Result, 'catalog'> {
  readonly dump: string;
  /** A dump of the history tables of tenants. */
  readonly own: string;
}

/** A scratch database after a tenant was added, and what the tenant got. */
interface Added {
  readonly result: Result;
  readonly own: TenantBlocks;
}

interface Both {
  readonly plain: Added;
  readonly quoted: Added;
}

const MIGRATIONS = { what: 'migrations' } as const;

class TenantCheckpoint {
  constructor(
    private readonly parts: TenantCheckpointParts,
    private readonly shared: MigrationSet,
    private readonly schemas: Schemas,
    private readonly options: ProofOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns the text of the checkpoint. @throws CheckpointError if it does not do what the files do */
  async dumpAndProve(file: string, { checkpoint: header, toApply }: Replaced): Promise<string> {
    const expected = await this.addBoth(toApply);
    const { blocks } = expected.quoted.own;
    const differences = differingTemplates(expected.plain.own.blocks, blocks);
    if (differences.length > 0) throw tenantsDiffer(unique(differences, this.target));
    const text = checkpointText(header, blocks, this.parts.writer.layout);
    const alone = new MigrationSet(this.shared.location, [new Migration(file, text)]);
    const actual = await this.addBoth(alone, { text, blocks, replaced: toApply.migrations });
    this.assertSameForms(expected.plain, actual.plain);
    assertAlike(file, resultOfTenant(expected.quoted), resultOfTenant(actual.quoted), this.target, (words) =>
      Object.values(this.schemas).reduce((shown, schema) => forMessage(shown, this.namesOf(schema)), words),
    );
    return text;
  }

  /** Adds two tenants to a scratch database. @param made the checkpoint, if that is what they start at. */
  private addBoth(files: MigrationSet, made?: MadeCheckpoint): Promise<Both> {
    return this.inScratch(async (scratch) => {
      const plain = await this.addFirst(scratch, files, made ?? MIGRATIONS);
      return { plain, quoted: await this.addSecond(scratch, files, plain, made) };
    });
  }

  /** @throws CheckpointError if the checkpoint writes a name that needs no quotes differently from the files */
  private assertSameForms(expected: Added, actual: Added): void {
    const names = this.namesOf(this.schemas.plain);
    const differences = differingBlocksOfTenant(expected.own.added, actual.own.added, names);
    if (differences.length > 0) throw derivedFromSchema(unique(differences, this.target));
  }

  private async addFirst(scratch: ScratchDatabase, files: MigrationSet, applied: Applied): Promise<Added> {
    const before = await this.read(scratch);
    const after = await this.addTenant(scratch, this.schemas.plain, files, applied);
    const result = this.resultOf(after, after);
    const own = this.assertOwn(this.resultOf(before, after), result, this.schemas.plain);
    assertNameless(own.blocks, scratch, this.target);
    return { result, own };
  }

  /** The files have run for the first tenant, so if they fail for this one, its name is the likely reason. */
  private async addSecond(
    scratch: ScratchDatabase,
    files: MigrationSet,
    first: Added,
    made: MadeCheckpoint | undefined,
  ): Promise<Added> {
    const { quoted } = this.schemas;
    const after = await this.addTenant(scratch, quoted, files, made ?? (() => this.whyNotAgain(scratch, files)));
    const result = this.resultOf(after, after);
    return { result, own: this.assertOwn(first.result, result, quoted) };
  }

  /** Whether files that ran for one tenant fail for all others, or only if a name has to be quoted. */
  private async whyNotAgain(scratch: ScratchDatabase, files: MigrationSet): Promise<AppliedFor> {
    try {
      await this.apply(scratch, plainSchema(), files, MIGRATIONS);
    } catch (error) {
      if (error instanceof CheckpointError) return { what: 'again' };
      throw error;
    }
    return { what: 'quoted', schema: this.schemas.quoted };
  }

  private get target(): Target {
    return this.parts.shared.database.target;
  }

  /** Works in a scratch database with the shared files. */
  private inScratch<T>(work: (scratch: ScratchDatabase) => Promise<T>): Promise<T> {
    const { shared } = this.parts;
    return inScratch(shared, this.options, this.signal, async (scratch) => {
      await applyFor({ what: 'shared' }, scratch, this.shared, { parts: shared, signal: this.signal });
      return work(scratch);
    });
  }

  private async addTenant(
    scratch: ScratchDatabase,
    schema: string,
    files: MigrationSet,
    applied: Applied,
  ): Promise<Reading> {
    await this.apply(scratch, schema, files, applied);
    return this.read(scratch);
  }

  private async apply(scratch: ScratchDatabase, schema: string, files: MigrationSet, applied: Applied): Promise<void> {
    const { shared, compiler } = this.parts;
    const database = await scratch.addTenant(this.parts.targetOf(schema));
    await applyFor(applied, scratch, files, { parts: { ...shared, compiler }, signal: this.signal, database });
  }

  private async read(scratch: ScratchDatabase): Promise<Reading> {
    const { options, signal } = this;
    return {
      catalog: await scratch.readAll(),
      dump: await dumpOf(scratch, options, signal),
      own: await dumpOfOwnTables(scratch, scratch.tenantHistories, options, signal),
    };
  }

  /** @param owned a reading with the role that migrated. */
  private resultOf({ catalog, dump, own }: Reading, { catalog: { owner } }: Reading): Result {
    const context = { historySchema: this.target.table.schema, owner, empty: new Set<string>() };
    return { catalog, blocks: [...cleanDump(dump, context), ...accessToOwnTables(own, context)] };
  }

  /** What one tenant got. @throws CheckpointError if something else changed */
  private assertOwn(before: Result, after: Result, schema: string): TenantBlocks {
    const { placeholders } = this.parts.targetOf(schema);
    const added = tenantBlocks(before.blocks, after.blocks, this.namesOf(schema));
    const outside = [...objectsOutside(before, after, schema), ...added.outside];
    if (outside.length > 0) throw changesOutsideTenant(unique(outside, this.target));
    if (added.derived.length > 0) throw derivedFromSchema(unique(added.derived, this.target));
    const names = placeholders ? placeholderNames(added.added.join('\n'), placeholders) : [];
    if (names.length > 0) throw looksLikePlaceholder(names);
    return added;
  }

  private namesOf(schema: string): TenantNames {
    const [open = '', close = ''] = this.parts.targetOf(schema).placeholders?.delimiters ?? [];
    return { schema, placeholder: `${open}${SCHEMA_PLACEHOLDER}${close}` };
  }
}

/** Only what the tenant got: rows of shared files may differ each time. */
function resultOfTenant({ result: { catalog }, own }: Added): Result {
  return { catalog, blocks: own.added };
}

/** Objects that were added, changed or removed and whose names do not contain that of the schema. */
function objectsOutside(before: Result, after: Result, schema: string): readonly string[] {
  const { added, removed, changed } = compareCatalogs(before.catalog, after.catalog, () => false);
  const isOutside = ({ name }: CatalogObject): boolean => !name.some((part) => part.includes(schema));
  return [...added, ...removed, ...changed.map(({ live }) => live)].filter(isOutside).map(displayObject);
}
