// Imports each entry point that it gets, and prints the message of each one that fails.
const failures = {};
for (const entry of process.argv.slice(2)) {
  try {
    await import(entry);
  } catch (error) {
    failures[entry] = error.message;
  }
}
console.log(JSON.stringify(failures));
