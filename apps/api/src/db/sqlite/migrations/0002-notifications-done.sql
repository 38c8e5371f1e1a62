-- For forgetting old ones, by age, without a look at the others.
CREATE INDEX notifications_done ON notifications (template, due_at) WHERE status IN ('sent', 'failed');
