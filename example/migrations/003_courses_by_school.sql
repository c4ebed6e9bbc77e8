CREATE INDEX CONCURRENTLY courses_by_school ON courses (school_id);
