import type { AlterTableCmd, AlterTableStmt, CreateStmt, DropStmt, Node, ReindexStmt } from '@pgsql/types';
import { isOn } from '../../sql/statements/autocommit.js';
import { addedConstraints, constraintsOf, tableActions } from './alter-table.js';
import { LOCK_MODES, type LockMode } from './lock-modes.js';
import { bodyOf, forKind, type ByKind } from './node.js';
import { nameInList, nameOf, type RelationName } from './relation.js';

/** A lock that a statement takes on a relation that already exists. */
export interface RelationLock {
  readonly relation: RelationName;
  readonly mode: LockMode;
}

/**
 * The locks that a statement takes on the relations that it names. Its text does not show the locks on
 * partitions, on tables behind a view or a foreign key, or on what `CASCADE` adds.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html
 */
export function locksOf(node: Node): RelationLock[] {
  const found = forKind(LOCKS, node) ?? [];
  return found.flatMap(({ relation, mode }) => (relation ? [{ relation, mode }] : []));
}

interface NamedLock {
  readonly mode: LockMode;
  readonly relation: RelationName | undefined;
}

const LOCKS: ByKind<readonly NamedLock[]> = {
  AlterTableStmt: ofAlterTable,
  IndexStmt: ({ concurrent, relation }) => [lock(concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE', nameOf(relation))],
  ReindexStmt: ofReindex,
  CreateStmt: ofCreateTable,
  CreateTrigStmt: ({ relation }) => [lock('SHARE ROW EXCLUSIVE', nameOf(relation))],
  RuleStmt: ({ relation }) => [lock('ACCESS EXCLUSIVE', nameOf(relation))],
  CreatePolicyStmt: ({ table }) => [lock('ACCESS EXCLUSIVE', nameOf(table))],
  AlterPolicyStmt: ({ table }) => [lock('ACCESS EXCLUSIVE', nameOf(table))],
  RenameStmt: ({ renameType, relation }) => [
    lock(renameType === 'OBJECT_INDEX' ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE', nameOf(relation)),
  ],
  AlterObjectSchemaStmt: ({ relation }) => [lock('ACCESS EXCLUSIVE', nameOf(relation))],
  DropStmt: ofDrop,
  TruncateStmt: ({ relations }) => onEach(relations, 'ACCESS EXCLUSIVE'),
  LockStmt: ({ relations, mode = LOCK_MODES.length }) => onEach(relations, LOCK_MODES[mode - 1] as LockMode),
  ClusterStmt: ({ relation }) => [lock('ACCESS EXCLUSIVE', nameOf(relation))],
  VacuumStmt: ({ options, rels = [] }) =>
    rels.map((each) =>
      lock(
        isOn(options, 'full') ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE',
        nameOf(bodyOf('VacuumRelation', each)?.relation),
      ),
    ),
  RefreshMatViewStmt: ({ concurrent, relation }) => [
    lock(concurrent ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE', nameOf(relation)),
  ],
  InsertStmt: ({ relation }) => [lock('ROW EXCLUSIVE', nameOf(relation))],
  UpdateStmt: ({ relation }) => [lock('ROW EXCLUSIVE', nameOf(relation))],
  DeleteStmt: ({ relation }) => [lock('ROW EXCLUSIVE', nameOf(relation))],
  MergeStmt: ({ relation }) => [lock('ROW EXCLUSIVE', nameOf(relation))],
  CopyStmt: ({ is_from, relation }) => [lock(is_from ? 'ROW EXCLUSIVE' : 'ACCESS SHARE', nameOf(relation))],
};

function lock(mode: LockMode, relation: RelationName | undefined): NamedLock {
  return { mode, relation };
}

function onEach(relations: readonly Node[] | undefined, mode: LockMode): NamedLock[] {
  return (relations ?? []).map((node) => lock(mode, nameOf(bodyOf('RangeVar', node))));
}

/** Actions that need less than ACCESS EXCLUSIVE. */
const WEAKER: Readonly<Record<string, LockMode>> = {
  AT_ValidateConstraint: 'SHARE UPDATE EXCLUSIVE',
  AT_SetStatistics: 'SHARE UPDATE EXCLUSIVE',
  AT_SetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ClusterOn: 'SHARE UPDATE EXCLUSIVE',
  AT_DropCluster: 'SHARE UPDATE EXCLUSIVE',
  AT_AttachPartition: 'SHARE UPDATE EXCLUSIVE',
  AT_EnableTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableAlwaysTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableReplicaTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigUser: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrig: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigUser: 'SHARE ROW EXCLUSIVE',
};

/** Storage parameters that can be changed while the table is written to. */
const LIGHT_PARAMETER = /^(?:autovacuum_.*|log_autovacuum_min_duration|toast_tuple_target|fillfactor|vacuum_.*)$/;

/** All actions of one statement run under the strongest lock that any of them needs. */
function ofAlterTable(statement: AlterTableStmt): NamedLock[] {
  const node = { AlterTableStmt: statement };
  const actions = tableActions(node);
  const modes = actions.map(({ command }) => modeOf(command));
  const strongest = LOCK_MODES.findLast((mode) => modes.includes(mode));
  const partitions = actions.map(({ command }) => bodyOf('PartitionCmd', command.def));
  const referenced = addedConstraints(node).map(({ constraint }) => constraint.pktable);
  return [
    ...(strongest ? [lock(strongest, actions[0]?.table)] : []),
    ...partitions.map((partition) => lock('ACCESS EXCLUSIVE', nameOf(partition?.name))),
    ...referenced.map((table) => lock('SHARE ROW EXCLUSIVE', nameOf(table))),
  ];
}

function modeOf({ subtype = 'AT_AddColumn', def }: AlterTableCmd): LockMode {
  if (bodyOf('Constraint', def)?.contype === 'CONSTR_FOREIGN') return 'SHARE ROW EXCLUSIVE';
  if (bodyOf('PartitionCmd', def)?.concurrent) return 'SHARE UPDATE EXCLUSIVE';
  const parameters =
    subtype === 'AT_SetRelOptions' || subtype === 'AT_ResetRelOptions' ? bodyOf('List', def) : undefined;
  const areLight = parameters?.items?.every((item) => LIGHT_PARAMETER.test(bodyOf('DefElem', item)?.defname ?? ''));
  return areLight ? 'SHARE UPDATE EXCLUSIVE' : (WEAKER[subtype] ?? 'ACCESS EXCLUSIVE');
}

function ofReindex({ kind, relation, params }: ReindexStmt): NamedLock[] {
  const name = nameOf(relation);
  if (isOn(params, 'concurrently')) return [lock('SHARE UPDATE EXCLUSIVE', name)];
  return [lock(kind === 'REINDEX_OBJECT_INDEX' ? 'ACCESS EXCLUSIVE' : 'SHARE', name)];
}

/** The tables that it references, and the parents of a partition or child. */
function ofCreateTable({ inhRelations, partbound, tableElts = [], constraints = [] }: CreateStmt): NamedLock[] {
  const added = [...tableElts, ...constraints].flatMap((element) => {
    const constraint = bodyOf('Constraint', element);
    return constraint ? [constraint] : constraintsOf(bodyOf('ColumnDef', element) ?? {});
  });
  return [
    ...onEach(inhRelations, partbound ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'),
    ...added.map(({ pktable }) => lock('SHARE ROW EXCLUSIVE', nameOf(pktable))),
  ];
}

const RELATIONS = new Set<string | undefined>(['OBJECT_TABLE', 'OBJECT_INDEX', 'OBJECT_VIEW', 'OBJECT_MATVIEW']);
const ON_A_TABLE = new Set<string | undefined>(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);

function ofDrop({ objects = [], removeType, concurrent }: DropStmt): NamedLock[] {
  const mode = concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  if (RELATIONS.has(removeType)) return objects.map((object) => lock(mode, nameInList(object)));
  if (!ON_A_TABLE.has(removeType)) return [];
  return objects.map((object) => {
    const names = bodyOf('List', object)?.items ?? [];
    return lock(mode, nameInList({ List: { items: names.slice(0, -1) } }));
  });
}
