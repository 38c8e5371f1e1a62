-- Bounds on the jobs that the token may make or change, as JSON; null for none.
ALTER TABLE api_tokens ADD COLUMN policy text;
