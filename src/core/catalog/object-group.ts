/** Kinds of objects that are read, fingerprinted and compared together. */
export const SCHEMA_GROUPS = [
  'relations',
  'columns',
  'constraints',
  'indexes',
  'triggers',
  'functions',
  'types',
  'operators',
  'text search',
  'statistics',
  'foreign data',
  'replication',
  'extensions',
] as const;

/** Groups that are read only on request. */
export const OPTIONAL_GROUPS = ['grants', 'default privileges', 'comments', 'settings'] as const;

/** A group that is read only on request. */
export type OptionalGroup = (typeof OPTIONAL_GROUPS)[number];

/** A group of object kinds. */
export type ObjectGroup = (typeof SCHEMA_GROUPS)[number] | OptionalGroup;

/** Which optional groups are compared. */
interface ChosenGroups {
  readonly grants: boolean;
  readonly defaultPrivileges: boolean;
  readonly comments: boolean;
  readonly settings: boolean;
}

/** The groups of objects that are compared. */
export function chosenGroups(chosen: ChosenGroups): readonly ObjectGroup[] {
  const wanted: Readonly<Record<OptionalGroup, boolean>> = {
    grants: chosen.grants,
    'default privileges': chosen.defaultPrivileges,
    comments: chosen.comments,
    settings: chosen.settings,
  };
  return [...SCHEMA_GROUPS, ...OPTIONAL_GROUPS.filter((group) => wanted[group])];
}
