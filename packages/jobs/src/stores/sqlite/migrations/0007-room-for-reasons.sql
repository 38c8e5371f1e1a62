-- Room for new reasons: from 300 on those of failed runs, from 400 of cancelled and from 500 of skipped ones.
-- Only the text of the CHECKs changes, not what is stored, so no row is copied.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'coalesce(reason, -1) BETWEEN 2 AND 5', 'coalesce(reason BETWEEN 2 AND 5 OR reason BETWEEN 300 AND 399, 0)'),
    'coalesce(reason, -1) BETWEEN 6 AND 7', 'coalesce(reason BETWEEN 6 AND 7 OR reason BETWEEN 400 AND 499, 0)'),
    'coalesce(reason, -1) BETWEEN 0 AND 1', 'coalesce(reason BETWEEN 0 AND 1 OR reason BETWEEN 500 AND 599, 0)')
  WHERE name = 'runs';
UPDATE sqlite_schema SET sql = replace(sql, 'cancel IN (6, 7)', 'cancel BETWEEN 6 AND 7 OR cancel BETWEEN 400 AND 499')
  WHERE name = 'live_runs';
PRAGMA writable_schema = RESET;
