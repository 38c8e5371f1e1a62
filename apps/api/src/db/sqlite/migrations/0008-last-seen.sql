-- The last sign-in or refresh of any session; null for never. Sessions that ended leave no row.
ALTER TABLE users ADD COLUMN last_seen_at INTEGER;
UPDATE users SET last_seen_at = (SELECT max(last_used_at) FROM sessions WHERE user_id = users.id);
