// Jazzer.js loads only JavaScript files. FUZZ_TARGET is the URL of the target's module.
const target = await import(process.env.FUZZ_TARGET);

export const fuzz = (bytes) => target.fuzz(bytes);
