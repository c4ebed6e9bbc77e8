CREATE TABLE pupils (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  course_id bigint NOT NULL REFERENCES courses (id),
  name text NOT NULL
);
