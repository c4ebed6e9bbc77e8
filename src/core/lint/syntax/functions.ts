import type { FuncCall, Node } from '@pgsql/types';
import { partsOf } from '../../sql/statements/syntax-tree.js';
import { stringsOf } from './relation.js';

/** Functions of PostgreSQL and of its bundled extensions whose result may differ from row to row. */
export const VOLATILE: ReadonlySet<string> = new Set([
  'clock_timestamp',
  'currval',
  'gen_random_bytes',
  'gen_random_uuid',
  'gen_salt',
  'lastval',
  'nextval',
  'random',
  'random_normal',
  'setval',
  'timeofday',
  'uuid_generate_v1',
  'uuid_generate_v1mc',
  'uuid_generate_v4',
  'uuidv4',
  'uuidv7',
]);

/** Functions of PostgreSQL that are common in defaults and return the same value for every row of a statement. */
export const NOT_VOLATILE: ReadonlySet<string> = new Set(
  `abs age array_append array_cat array_fill array_to_json array_to_string btrim ceil ceiling char_length chr concat
   concat_ws current_database current_schema current_schemas current_setting date_part date_trunc daterange decode encode
   extract floor format hashtext initcap inet_client_addr int4range int8range json_build_array json_build_object
   jsonb_build_array jsonb_build_object jsonb_strip_nulls left length lower lpad ltrim make_date make_interval make_time
   make_timestamp make_timestamptz md5 mod now numrange overlay pg_backend_pid pg_current_xact_id point position power
   quote_ident quote_literal regexp_replace repeat replace reverse right round row_to_json rpad rtrim sha256 sign split_part
   statement_timestamp string_to_array strpos substr substring timezone to_char to_date to_json to_jsonb to_number
   to_timestamp to_tsvector transaction_timestamp translate trunc tsrange tstzrange txid_current upper
   version`.split(/\s+/),
);

/** A function call that may return a different value for each row. */
export interface VolatileCall {
  readonly name: string;
  /** False for a function of the application: it is volatile unless it was declared otherwise. */
  readonly isKnown: boolean;
}

/** The first call in an expression that is certainly volatile, or else the first that may be. */
export function volatileCall(expression: Node): VolatileCall | undefined {
  const names = partsOf(expression).flatMap((part) => ('FuncCall' in part ? [functionName(part.FuncCall)] : []));
  const known = names.find((name) => VOLATILE.has(name));
  const name = known ?? names.find((each) => !NOT_VOLATILE.has(each));
  return name === undefined ? undefined : { name, isKnown: known !== undefined };
}

function functionName(call: unknown): string {
  return stringsOf((call as FuncCall).funcname).at(-1) ?? '';
}
