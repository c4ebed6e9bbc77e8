-- Invoices of a school to a family: trips, meals, music lessons.

CREATE TABLE IF NOT EXISTS shared.invoice_counters (
  tenant_id   uuid PRIMARY KEY REFERENCES shared.tenants (id) ON DELETE CASCADE,
  last_number bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS shared.invoices (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id   uuid NOT NULL REFERENCES shared.tenants (id) ON DELETE RESTRICT,
  school_id   uuid NOT NULL,
  payer_id    uuid NOT NULL,
  number      bigint NOT NULL,
  currency    shared.currency_code NOT NULL,
  issued_on   date NOT NULL DEFAULT CURRENT_DATE,
  due_on      date NOT NULL,
  total_cents bigint NOT NULL DEFAULT 0 CHECK (total_cents >= 0),
  paid_cents  bigint NOT NULL DEFAULT 0 CHECK (paid_cents >= 0),
  open_cents  bigint GENERATED ALWAYS AS (total_cents - paid_cents) STORED,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT invoices_school_fkey FOREIGN KEY (tenant_id, school_id)
    REFERENCES shared.schools (tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT invoices_payer_fkey FOREIGN KEY (tenant_id, payer_id)
    REFERENCES shared.users (tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT invoices_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT invoices_tenant_id_number_key UNIQUE (tenant_id, number),
  CONSTRAINT invoices_due_on_check CHECK (due_on >= issued_on)
);

CREATE INDEX IF NOT EXISTS invoices_open_idx
  ON shared.invoices (tenant_id, due_on)
  WHERE open_cents > 0;

CREATE TABLE IF NOT EXISTS shared.invoice_lines (
  invoice_id uuid NOT NULL,
  tenant_id  uuid NOT NULL,
  "position" smallint NOT NULL CHECK ("position" > 0),
  text       text NOT NULL,
  quantity   integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
  unit_cents bigint NOT NULL CHECK (unit_cents >= 0),
  tax_rate   numeric(4, 3) NOT NULL DEFAULT 0 CHECK (tax_rate >= 0 AND tax_rate < 1),
  net_cents  bigint GENERATED ALWAYS AS (quantity * unit_cents) STORED,
  tax_cents  bigint GENERATED ALWAYS AS (round(quantity * unit_cents * tax_rate)::bigint) STORED,
  PRIMARY KEY (invoice_id, "position"),
  CONSTRAINT invoice_lines_invoice_fkey FOREIGN KEY (tenant_id, invoice_id)
    REFERENCES shared.invoices (tenant_id, id) ON DELETE CASCADE
);

-- Numbers have no gaps, as tax offices want; a sequence would leave some.
-- The counter's row stays locked until the invoice's own transaction ends.
CREATE OR REPLACE FUNCTION shared.next_invoice_number(tenant uuid)
RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO shared.invoice_counters AS c (tenant_id, last_number)
  VALUES ($1, 1)
  ON CONFLICT (tenant_id) DO UPDATE SET last_number = c.last_number + 1
  RETURNING c.last_number;
$$;

CREATE OR REPLACE FUNCTION shared.sum_invoice()
RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  UPDATE shared.invoices AS i
  SET total_cents = coalesce((
    SELECT sum(l.net_cents + l.tax_cents)
    FROM shared.invoice_lines AS l
    WHERE l.invoice_id = i.id
  ), 0)
  WHERE i.id IN (OLD.invoice_id, NEW.invoice_id);  -- OLD is all NULL on INSERT; NEW on DELETE

  RETURN NULL;
END;
$body$;

DROP TRIGGER IF EXISTS invoice_lines_sum ON shared.invoice_lines;
CREATE TRIGGER invoice_lines_sum AFTER INSERT OR UPDATE OR DELETE ON shared.invoice_lines
  FOR EACH ROW EXECUTE FUNCTION shared.sum_invoice();

DROP TRIGGER IF EXISTS invoices_set_updated_at ON shared.invoices;
CREATE TRIGGER invoices_set_updated_at BEFORE UPDATE ON shared.invoices
  FOR EACH ROW EXECUTE FUNCTION shared.set_updated_at();
