-- What a tenant pays us: plans and subscriptions.
-- (What families pay a school came later and is a different thing; see invoices.)

CREATE TABLE IF NOT EXISTS shared.billing_plans (
  code          text PRIMARY KEY,
  name          text NOT NULL,
  currency      shared.currency_code NOT NULL,
  price_cents   bigint NOT NULL CHECK (price_cents >= 0),
  billed_every  interval NOT NULL DEFAULT INTERVAL '1 month',
  student_limit integer CHECK (student_limit > 0),
  features      text[] NOT NULL DEFAULT '{}',
  retired_at    timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

COMMENT ON COLUMN shared.billing_plans.student_limit IS 'NULL: no limit';

CREATE TABLE IF NOT EXISTS shared.subscriptions (
  id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id          uuid NOT NULL REFERENCES shared.tenants (id) ON DELETE RESTRICT,
  plan_code          text NOT NULL REFERENCES shared.billing_plans (code) ON UPDATE CASCADE,
  status             text NOT NULL DEFAULT 'trialing',
  trial_ends_at      timestamptz,
  current_period     tstzrange NOT NULL,
  cancel_at_end      boolean NOT NULL DEFAULT false,
  cancelled_at       timestamptz,
  cancellation_note  text,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT subscriptions_status_check
    CHECK (status IN ('trialing', 'active', 'past_due', 'cancelled')),
  CONSTRAINT subscriptions_cancelled_check
    CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
  CONSTRAINT subscriptions_current_period_check
    CHECK (NOT isempty(current_period))
);

/* A tenant has at most one subscription that is not over; cancelled ones stay
   as history. /* Two "active" rows once charged a customer twice; don't drop this. */ */
CREATE UNIQUE INDEX IF NOT EXISTS subscriptions_one_live_per_tenant_key
  ON shared.subscriptions (tenant_id)
  WHERE status <> 'cancelled';

CREATE INDEX IF NOT EXISTS subscriptions_period_end_idx
  ON shared.subscriptions (upper(current_period))
  WHERE status IN ('active', 'past_due');

CREATE OR REPLACE FUNCTION shared.tenant_has_feature(tenant uuid, feature text)
RETURNS boolean
LANGUAGE sql
STABLE
AS $$
  SELECT EXISTS (
    SELECT 1
    FROM shared.subscriptions AS s
    JOIN shared.billing_plans AS p ON p.code = s.plan_code
    WHERE s.tenant_id = $1
      AND s.status <> 'cancelled'
      AND $2 = ANY (p.features)
  );
$$;

COMMENT ON FUNCTION shared.tenant_has_feature(uuid, text) IS
  'A tenant that is "past_due" keeps its features; the grace period is the application''s.';
