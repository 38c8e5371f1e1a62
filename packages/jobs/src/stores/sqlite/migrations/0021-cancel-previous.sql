-- Jobs whose new runs replace the live ones. Of a CHECK, only the text changes, not what is stored: no row is copied.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'overlap = ''queue'' OR overlap = ''allow''', 'overlap = ''queue'' OR overlap = ''allow'' OR overlap = ''cancel_previous''')
  WHERE name = 'jobs';
PRAGMA writable_schema = RESET;
