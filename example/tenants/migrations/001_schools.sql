CREATE TABLE schools (
  name text PRIMARY KEY,
  schema_name text NOT NULL UNIQUE
);
