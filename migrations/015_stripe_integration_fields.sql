-- Stripe's ids beside ours, and the events its webhook has delivered.

ALTER TABLE shared.tenants
  ADD COLUMN IF NOT EXISTS stripe_customer_id text;

ALTER TABLE shared.billing_plans
  ADD COLUMN IF NOT EXISTS stripe_price_id text;

ALTER TABLE shared.subscriptions
  ADD COLUMN IF NOT EXISTS stripe_subscription_id text,
  ADD COLUMN IF NOT EXISTS stripe_synced_at timestamptz;

-- ADD CONSTRAINT knows no IF NOT EXISTS: dropped, then added.
ALTER TABLE shared.tenants
  DROP CONSTRAINT IF EXISTS tenants_stripe_customer_id_check,
  ADD CONSTRAINT tenants_stripe_customer_id_check
    CHECK (stripe_customer_id LIKE 'cus\_%');

ALTER TABLE shared.subscriptions
  DROP CONSTRAINT IF EXISTS subscriptions_stripe_subscription_id_check,
  ADD CONSTRAINT subscriptions_stripe_subscription_id_check
    CHECK (stripe_subscription_id LIKE 'sub\_%');

CREATE UNIQUE INDEX IF NOT EXISTS tenants_stripe_customer_id_key
  ON shared.tenants (stripe_customer_id)
  WHERE stripe_customer_id IS NOT NULL;

CREATE UNIQUE INDEX IF NOT EXISTS subscriptions_stripe_subscription_id_key
  ON shared.subscriptions (stripe_subscription_id)
  WHERE stripe_subscription_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS shared.stripe_events (
  id           text PRIMARY KEY CHECK (id LIKE 'evt\_%'),
  type         text NOT NULL,
  payload      jsonb NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  processed_at timestamptz,
  error        text
);

COMMENT ON TABLE shared.stripe_events IS
  'Stripe delivers an event "at least once"; the primary key drops the second copy.';

CREATE INDEX IF NOT EXISTS stripe_events_unprocessed_idx
  ON shared.stripe_events (received_at)
  WHERE processed_at IS NULL;

-- True for a new event, false for one we already hold.
CREATE OR REPLACE FUNCTION shared.accept_stripe_event(event jsonb)
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO shared.stripe_events (id, type, payload)
  VALUES (event ->> 'id', event ->> 'type', event)
  ON CONFLICT (id) DO NOTHING;

  RETURN FOUND;
END;
$$;

-- stripe_price_id is filled in by support, plan by plan; it differs between test and live.