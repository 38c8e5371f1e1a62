// A module whose import in a job thread never ends.
await new Promise(() => undefined);

export const endless = undefined;
