-- Reference data. Rows are matched by key: what we ship is brought up to date,
-- and an unchanged row isn't written again.

INSERT INTO shared.countries AS c (code, name, local_name, currency)
VALUES
  ('CH', 'Switzerland',    'Schweiz; Suisse; Svizzera', 'CHF'),
  ('CI', 'Ivory Coast',    'Côte d''Ivoire',            'XOF'),
  ('DE', 'Germany',        'Deutschland',               'EUR'),
  ('ES', 'Spain',          'España',                    'EUR'),
  ('FR', 'France',         'France',                    'EUR'),
  ('GB', 'United Kingdom', 'United Kingdom',            'GBP'),
  ('GR', 'Greece',         'Ελλάδα',                    'EUR'),
  ('JP', 'Japan',          '日本',                      'JPY'),
  ('PL', 'Poland',         'Polska',                    'PLN'),
  ('PT', 'Portugal',       'Portugal',                  'EUR')
ON CONFLICT (code) DO UPDATE
  SET name = EXCLUDED.name,
      local_name = EXCLUDED.local_name,
      currency = EXCLUDED.currency
  WHERE (c.name, c.local_name, c.currency)
    IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.local_name, EXCLUDED.currency);

INSERT INTO shared.grade_bands (letter, min_percent, points, remark)
VALUES
  ('A', 90, 4.00, 'Excellent'),
  ('B', 80, 3.00, 'Good'),
  ('C', 70, 2.00, 'Sound'),
  ('D', 60, 1.00, 'Passed; should repeat the weaker topics'),
  ('F',  0, 0.00, 'Didn''t pass')
ON CONFLICT (letter) DO NOTHING;  -- support edits these; their wording stays

INSERT INTO shared.billing_plans AS p
  (code, name, currency, price_cents, billed_every, student_limit, features)
VALUES
  ('starter', 'Starter', 'EUR',  4900, '1 month',  150, '{attendance}'),
  ('school',  'School',  'EUR', 14900, '1 month',  900, '{attendance,transcripts,invoices}'),
  ('trust',   'Trust',   'EUR', 99000, '1 year',  NULL, '{attendance,transcripts,invoices,api}')
ON CONFLICT (code) DO UPDATE
  SET name = EXCLUDED.name,
      student_limit = EXCLUDED.student_limit,
      features = EXCLUDED.features
  WHERE (p.name, p.student_limit, p.features)
    IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.student_limit, EXCLUDED.features);

-- The tenant that sales shows to visitors; its ids are fixed so links keep working.
INSERT INTO shared.tenants (id, slug, name, country_code, time_zone)
VALUES (
  '00000000-0000-4000-8000-000000000001',
  'demo', 'Demo: Écoles Réunies', 'FR', 'Europe/Paris'
)
ON CONFLICT DO NOTHING;

INSERT INTO shared.schools (id, tenant_id, code, name, city)
VALUES
  ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000001',
   'STEX', 'Collège Antoine de Saint-Exupéry', 'Orléans'),
  ('00000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-000000000001',
   'BOD',  'Gymnasium am Bodensee "Höri"', 'Überlingen'),
  ('00000000-0000-4000-8000-000000000013', '00000000-0000-4000-8000-000000000001',
   'SJB',  'Escola São João; anexo D''Ávila', 'Évora'),
  ('00000000-0000-4000-8000-000000000014', '00000000-0000-4000-8000-000000000001',
   'SAK',  'さくら小学校', '京都市')
ON CONFLICT DO NOTHING;
