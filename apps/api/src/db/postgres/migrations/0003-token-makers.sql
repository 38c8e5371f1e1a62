-- Whose role caps the token; null for one that no account made, such as by `npm run token`. Of the default collation, like
-- `created_by`, which stands in for it where a node of an older version made the token.
ALTER TABLE api_tokens ADD COLUMN owner_id text;
-- The token that it was made with: both end together.
ALTER TABLE api_tokens ADD COLUMN parent_id text COLLATE "C";
CREATE INDEX api_tokens_by_parent ON api_tokens (parent_id) WHERE parent_id IS NOT NULL;

UPDATE api_tokens SET parent_id = substr(created_by, 7) WHERE created_by LIKE 'token:%';
UPDATE api_tokens SET parent_id = NULL WHERE parent_id NOT IN (SELECT id FROM api_tokens);
WITH RECURSIVE made (id, owner_id, expires_at, revoked_at) AS (
  SELECT id, CASE WHEN created_by LIKE 'user:%' THEN substr(created_by, 6) END, expires_at, revoked_at
  FROM api_tokens WHERE parent_id IS NULL
  UNION
  SELECT child.id, made.owner_id, least(child.expires_at, made.expires_at),
    coalesce(child.revoked_at, made.revoked_at)
  FROM api_tokens AS child JOIN made ON child.parent_id = made.id
)
UPDATE api_tokens SET owner_id = made.owner_id, expires_at = made.expires_at, revoked_at = made.revoked_at
FROM made WHERE made.id = api_tokens.id;
