-- For counting the mails that an address got in a day.
CREATE INDEX notifications_sent_to ON notifications (email, sent_at) WHERE sent_at IS NOT NULL;
