/** The tables of all examples. */
export const EXAMPLE_SCHEMA = `
CREATE TABLE customers (
  id bigint PRIMARY KEY,
  name text NOT NULL,
  email varchar(100)
);

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id bigint,
  status varchar(20),
  total numeric(10, 2),
  placed_at timestamptz
);

CREATE INDEX orders_status ON orders (status);
`.trimStart();
