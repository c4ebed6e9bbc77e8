/** A migration that repeats a write until no row is left, each time in its own transaction. For examples. */
export function batched(write: string): string {
  return `-- no-transaction
DO $$
DECLARE
  touched bigint;
BEGIN
  LOOP
    ${write}
    GET DIAGNOSTICS touched = ROW_COUNT;
    EXIT WHEN touched = 0;
    COMMIT;
  END LOOP;
END $$;
`;
}
