import { selectObjectsSql, type ObjectSelection } from './all-queries.js';
import { scopeSql } from './scope.js';

/** A regular expression for the name of the schema `s` as a word, quoted or not. */
const NAME_AS_WORD = `'(?<![[:alnum:]_$])(?:' || ${escaped('quote_ident(s.name)')} || '|' || ${escaped('s.name')} || ')(?![[:alnum:]_$])'`;

function escaped(text: string): string {
  return String.raw`regexp_replace(${text}, '([^[:alnum:]_])', '\\\1', 'g')`;
}

/** What cannot occur in a definition. */
const PLACEHOLDER = 'chr(29)';

/** An object without the name of its schema. Most definitions do not contain it, and looking for `part`, its beginning, is cheap. */
const NAMELESS =
  '(SELECT CASE WHEN strpos(t.text, s.part) > 0 THEN regexp_replace(t.text, s.pattern, ' +
  `${PLACEHOLDER}, 'g') ELSE t.text END ` +
  'FROM concat_ws(chr(30), o.kind, o.parent, o.name, o.definition, o.properties) AS t (text))';

/**
 * Selects one fingerprint for each schema, of the objects in it: columns `schema` and `fingerprint`. No row for a schema
 * without objects. It is equal for schemas that differ only in their names.
 */
export function fingerprintsBySchemaSql(selection: ObjectSelection): string {
  return (
    `WITH ${scopeSql(selection.scope)}, named AS MATERIALIZED (SELECT s.name, ${NAME_AS_WORD} AS pattern, split_part(s.name, '"', 1) AS part ` +
    'FROM (SELECT name::text FROM covered_schema) AS s) ' +
    `SELECT o.schema, count(*) || ':' || sum(hashtextextended(${NAMELESS}, 0)) AS fingerprint ` +
    `FROM (${selectObjectsSql(selection)}) AS o JOIN named s ON s.name = o.schema GROUP BY o.schema`
  );
}

/** Selects one fingerprint of all objects that are in schemas: column `fingerprint`. */
export function fingerprintOfSchemasSql(selection: ObjectSelection): string {
  return (
    `WITH ${scopeSql(selection.scope)} SELECT count(*) || ':' || coalesce(sum(o.hash), 0) AS fingerprint ` +
    `FROM (${selectObjectsSql(selection)}) AS o`
  );
}
