-- The newest changes of a job or run, and those by an actor.
CREATE INDEX audit_target ON audit (target, at, id);
CREATE INDEX audit_actor ON audit (actor, at, id);
