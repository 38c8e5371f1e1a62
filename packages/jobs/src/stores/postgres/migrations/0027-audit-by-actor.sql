-- The newest changes by an actor. Apart from the index before, so that commands can be made in between.
CREATE INDEX audit_actor ON greenvue_jobs.audit (actor, at, id);
